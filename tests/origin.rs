//! Which URLs are accepted in a configuration, and which in an answer.

use std::sync::LazyLock;

use jsforce_connection_manager::authorization_server::salesforce::InstanceHosts;
use jsforce_connection_manager::failure::{Code, Failure};
use jsforce_connection_manager::origin::BaseUrl;
use proptest::prelude::*;

const DOMAINS: [&str; 6] = [
    "salesforce.com",
    "force.com",
    "cloudforce.com",
    "salesforce.mil",
    "crmforce.mil",
    "sfcrmproducts.cn",
];

fn base(text: &str) -> BaseUrl {
    BaseUrl::parse("instanceUrl", text).unwrap()
}

fn trust(configured: &BaseUrl) -> InstanceHosts<'_> {
    static ALLOWED: LazyLock<[String; 1]> = LazyLock::new(|| ["api.example.com".into()]);
    InstanceHosts { instance: configured, login: configured, allowed: &*ALLOWED }
}

fn instance(text: &str) -> Result<String, Failure> {
    let configured = base("https://acme.my.salesforce.com");
    trust(&configured).instance_url(text)
}

#[test]
fn good_urls_are_accepted_and_normalised() {
    for (text, origin) in [
        ("https://acme.my.salesforce.com", "https://acme.my.salesforce.com"),
        ("https://acme.my.salesforce.com/", "https://acme.my.salesforce.com"),
        (" https://ACME.my.salesforce.com. ", "https://acme.my.salesforce.com"),
        ("https://portal.example.com:443", "https://portal.example.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://localhost", "http://localhost"),
        ("https://localhost:8443", "https://localhost:8443"),
        ("https://portal.example.com:8443", "https://portal.example.com:8443"),
    ] {
        assert_eq!(base(text).origin(), origin);
    }
}

#[test]
fn fault_35_bad_urls_are_refused_without_being_shown() {
    for (text, rule) in [
        ("", "is not a URL"),
        ("acme.my.salesforce.com", "is not a URL"),
        ("http://acme.my.salesforce.com", "must use https"),
        ("ftp://acme.my.salesforce.com", "must use https"),
        ("https://login.salesforce.com@evil.example", "user name"),
        ("https://user:hunter2@acme.example", "user name"),
        ("https://acme.example/?next=evil", "query"),
        ("https://acme.example/#top", "fragment"),
        ("https://169.254.169.254", "IP address"),
        ("https://2852039166", "IP address"),
        ("https://[::ffff:169.254.169.254]", "IP address"),
        ("http://127.0.0.2", "must use https"),
        ("https://acme.my.salesforce.com..", "empty parts"),
        ("https://.my.salesforce.com", "empty parts"),
        ("https://acme.my.salesforce.com:22", "port 443"),
        ("https://acme.lightning.force.com", "https://acme.my.salesforce.com instead"),
        (
            "https://acme--dev.sandbox.lightning.force.com/one/one.app",
            "https://acme--dev.sandbox.my.salesforce.com instead",
        ),
    ] {
        let failure = BaseUrl::parse("loginUrl", text).unwrap_err();
        assert!(failure.what.contains(rule), "{text}: {}", failure.what);
        assert_eq!(failure.option, Some("loginUrl"));
        assert!(!failure.what.contains("evil") && !failure.what.contains("hunter2"));
    }
}

#[test]
fn fault_66_known_paths_are_refused_with_what_to_write() {
    for (text, instead) in [
        ("https://acme.my.salesforce.com/services/oauth2/token", "https://acme.my.salesforce.com"),
        ("https://login.salesforce.com/services/oauth2/authorize/", "https://login.salesforce.com"),
        (
            "https://login.salesforce.com/services/oauth2/token?grant_type=x",
            "https://login.salesforce.com",
        ),
        ("https://acme.my.salesforce.com/Services/OAuth2/Token", "https://acme.my.salesforce.com"),
        (
            "https://acme.my.site.com/customers/services/oauth2/token",
            "https://acme.my.site.com/customers",
        ),
        ("https://acme.my.salesforce.com/services/data/v64.0", "https://acme.my.salesforce.com"),
        ("https://acme.my.salesforce.com/services/data", "https://acme.my.salesforce.com"),
        ("https://acme.my.salesforce.com/services/Soap/u/64.0", "https://acme.my.salesforce.com"),
        ("https://portal.example.com:8443/services/data", "https://portal.example.com:8443"),
        ("http://127.0.0.1:8080/services/oauth2/token", "http://127.0.0.1:8080"),
        (
            "https://acme.my.salesforce.com/lightning/setup/SetupOneHome/home",
            "https://acme.my.salesforce.com",
        ),
        (
            "https://acme.my.salesforce-setup.com/lightning/setup/SetupOneHome/home?x=1#y",
            "https://acme.my.salesforce.com",
        ),
        (
            "https://acme--dev.sandbox.my.salesforce-setup.com/",
            "https://acme--dev.sandbox.my.salesforce.com",
        ),
        ("https://acme.lightning.force.com/lightning/page/home", "https://acme.my.salesforce.com"),
        (
            "https://acme.my.salesforce.com/setup/forcecomHomepage.apexp",
            "https://acme.my.salesforce.com",
        ),
        ("https://acme.my.salesforce.com/one/one.app#/home", "https://acme.my.salesforce.com"),
        (
            "https://acme.my.salesforce.com/secur/frontdoor.jsp?sid=x",
            "https://acme.my.salesforce.com",
        ),
    ] {
        for option in ["loginUrl", "instanceUrl"] {
            let failure = BaseUrl::parse(option, text).unwrap_err();
            assert_eq!((failure.code, failure.option), (Code::ConfigInvalid, Some(option)));
            let told = format!(": use {instead} instead.");
            assert!(failure.what.ends_with(&told), "{text}: {}", failure.what);
        }
    }
}

#[test]
fn fault_66_paths_of_sites_are_no_known_paths() {
    for text in [
        "https://acme.my.site.com/customers",
        "https://acme.my.site.com/customers/s/",
        "https://acme.my.site.com/services",
        "https://portal.example.com/setup",
        "https://portal.example.com/data/services",
        "https://portal.example.com/lightning",
        "https://portal.example.com/services/customers",
    ] {
        assert_eq!(base(text).site(), text.trim_end_matches('/'));
    }
}

#[test]
fn fault_65_a_pasted_url_is_read_or_told_as_what_it_is() {
    for text in [
        "\"https://acme.my.salesforce.com\"",
        "'https://acme.my.salesforce.com/'\r\n",
        "\u{feff}https://acme.my.salesforce.com",
        "\u{201c}https://acme.my.salesforce.com\u{201d}",
        "\u{200b}https://acme.my.salesforce.com\u{200b}",
        "\"https:\\/\\/acme.my.salesforce.com\"",
    ] {
        assert_eq!(base(text).origin(), "https://acme.my.salesforce.com", "{text}");
    }
    for (text, told) in [
        ("undefined", "missing value"),
        ("https://undefined", "missing value"),
        ("https://undefined.my.salesforce.com", "missing value"),
        ("[object Object]", "object or array"),
        ("${SF_LOGIN_URL}", "unfilled placeholder"),
        ("https://${DOMAIN}.my.salesforce.com", "unfilled placeholder"),
        ("{{resolve:ssm:/sf/url}}", "unfilled placeholder"),
        ("https%3A%2F%2Facme.my.salesforce.com", "percent-encoded"),
        ("h\0t\0t\0p\0s\0:\0/\0/\0a\0", "UTF-16"),
    ] {
        let failure = BaseUrl::parse("loginUrl", text).unwrap_err();
        assert!(failure.what.contains(told), "{text}: {}", failure.what);
    }
}

#[test]
fn the_token_endpoint_keeps_the_path_of_a_site() {
    assert_eq!(
        base("https://acme.my.site.com/customers/").below("/services/oauth2/token").as_str(),
        "https://acme.my.site.com/customers/services/oauth2/token"
    );
    assert_eq!(
        base("https://acme.my.site.com/customers/").site(),
        "https://acme.my.site.com/customers"
    );
    assert_eq!(base("https://acme.my.salesforce.com/").site(), "https://acme.my.salesforce.com");
}

#[test]
fn trusted_instances() {
    for host in [
        "acme.my.salesforce.com",
        "na139.salesforce.com",
        "acme--dev.sandbox.my.salesforce.com",
        "acme.cloudforce.com",
        "api.example.com",
    ] {
        let url = format!("https://{host}");
        assert_eq!(instance(&url).unwrap(), url);
    }
}

#[test]
fn hostile_instances_are_refused() {
    for text in [
        "",
        "acme.my.salesforce.com",
        "http://acme.my.salesforce.com",
        "https://evil.example",
        "https://evilsalesforce.com",
        "https://salesforce.com.evil.example",
        "https://login.salesforce.com.evil.example",
        "https://acme.my.salesforce.com@evil.example",
        "https://acme.my.salesforce.com/path",
        "https://acme.my.salesforce.com?x",
        "https://acme.my.salesforce.com#x",
        "https://acme.my.salesforce.com:8443",
        "https://127.0.0.1",
        "http://localhost:1",
        "https://169.254.169.254",
        "https://acme.lightning.force.com",
        "https://evil.example/.salesforce.com",
        "https://evil.example\\.salesforce.com",
        "https://xn--slesforce-wqb.com",
        "https://sub.api.example.com",
        "https://.salesforce.com",
    ] {
        let failure = instance(text).unwrap_err();
        assert_eq!(failure.code, Code::InstanceUrlRefused, "{text}");
    }
}

#[test]
fn fault_60_hosts_of_all_domains_of_salesforce_are_trusted() {
    for host in [
        "acme.my.salesforce.mil",
        "acme--dev.sandbox.my.salesforce.mil",
        "acme.crmforce.mil",
        "acme.my.sfcrmproducts.cn",
        "acme--dev.sandbox.my.sfcrmproducts.cn",
        "chn1.sfcrmproducts.cn",
    ] {
        let url = format!("https://{host}");
        assert_eq!(instance(&url).unwrap(), url);
    }
    for host in [
        "evilsfcrmproducts.cn",
        "sfcrmproducts.cn",
        "sfcrmproducts.cn.evil.example",
        "evilcrmforce.mil",
        "acme.salesforce.cn",
        "acme.lightning.crmforce.mil",
        "acme.lightning.sfcrmapps.cn",
        "acme.force.mil",
    ] {
        let failure = instance(&format!("https://{host}")).unwrap_err();
        assert_eq!(failure.code, Code::InstanceUrlRefused, "{host}");
    }
    for (page, my_domain) in [
        ("acme.lightning.crmforce.mil", "acme.my.salesforce.mil"),
        ("acme--dev.sandbox.lightning.sfcrmapps.cn", "acme--dev.sandbox.my.sfcrmproducts.cn"),
    ] {
        let failure = BaseUrl::parse("instanceUrl", &format!("https://{page}")).unwrap_err();
        assert!(failure.what.contains(&format!("https://{my_domain} instead")), "{failure}");
    }
}

#[test]
fn fault_60_a_refusal_names_the_host_and_the_option_and_nothing_else() {
    let long = format!("https://{}.example", "a".repeat(1_000));
    for (text, host) in [
        ("https://api.acme.example", "(host api.acme.example)"),
        ("https://user:hunter2@acme.my.salesforce.com@evil.example/hunter2", "(host evil.example)"),
        ("https://evil.example?hunter2#hunter2", "(host evil.example)"),
        ("https://\u{202e}evil.example", "is no URL"),
        ("https://{evil}`$'.example/", "(host evil.example)"),
        ("https://m\u{fc}nchen.example", "(host xn--mnchen-3ya.example)"),
        ("https://169.254.169.254", "(host 169.254.169.254)"),
        (&*long, "(host aaaa"),
    ] {
        let failure = instance(text).unwrap_err();
        assert!(failure.what.contains(host), "{}", failure.what);
        assert!(!failure.what.contains("hunter2"), "{}", failure.what);
        assert!(failure.what.len() < 500 && failure.to_string().contains("allowedInstanceHosts"));
    }
    let failure = instance("https://api.acme.example").unwrap_err();
    assert!(failure.what.contains("nor at a host of allowedInstanceHosts"), "{}", failure.what);
}

#[test]
fn a_local_org_may_answer_from_another_port() {
    let configured = base("http://127.0.0.1:1000");
    let result = trust(&configured).instance_url("http://127.0.0.1:2000");
    assert_eq!(result.unwrap(), "http://127.0.0.1:2000");
}

#[test]
fn an_identity_url_is_trusted_like_an_instance_but_has_a_path() {
    let configured = base("https://portal.example.com:8443");
    let trust = trust(&configured);
    for good in
        ["https://login.salesforce.com/id/00D/005", "https://portal.example.com:8443/id/00D/005"]
    {
        assert_eq!(trust.identity_url(good).as_deref(), Some(good));
    }
    for bad in [
        "http://login.salesforce.com/id/00D/005",
        "http://127.0.0.1/id/00D/005",
        "https://evil.example/id/00D/005",
        "https://login.salesforce.com.evil.example/id/00D/005",
        "https://portal.example.com:9443/id/00D/005",
        "/id/00D/005",
    ] {
        assert_eq!(trust.identity_url(bad), None, "{bad}");
    }
}

proptest! {
    #[test]
    fn no_suffix_trick_passes(prefix in "[a-z0-9-]{1,20}", domain in 0..DOMAINS.len()) {
        let lookalike = format!("https://{prefix}{}", DOMAINS[domain]);
        prop_assert!(instance(&lookalike).is_err());
        let below = format!("https://{}.evil.example", DOMAINS[domain]);
        prop_assert!(instance(&below).is_err());
    }

    #[test]
    fn arbitrary_text_never_panics(text in ".{0,200}") {
        let _ = BaseUrl::parse("loginUrl", &text);
        let _ = instance(&text);
    }
}

#[test]
fn a_url_of_2048_bytes_is_the_longest_however_it_is_spelt() {
    let site = "https://acme.example/";
    let refused = |text: &str| BaseUrl::parse("loginUrl", text).unwrap_err().what;
    // In a URL `é` takes six bytes, and two in the text.
    for fits in [site.to_owned() + &"a".repeat(2_027), site.to_owned() + &"é".repeat(337) + "aaaaa"]
    {
        assert_eq!(base(&fits).origin(), "https://acme.example");
        assert!(refused(&(fits + "a")).contains("longer than 2,048 bytes"));
    }
}

#[test]
fn port_1024_is_the_first_of_those_that_nobody_else_owns() {
    assert_eq!(base("https://acme.example:1024").origin(), "https://acme.example:1024");
    let failure = BaseUrl::parse("loginUrl", "https://acme.example:1023").unwrap_err();
    assert!(failure.what.contains("port 443"));
}
