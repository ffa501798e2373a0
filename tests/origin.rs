//! Which URLs are accepted in a configuration, and which in an answer.

use std::sync::LazyLock;

use jsforce_connection_manager::authorization_server::salesforce::InstanceHosts;
use jsforce_connection_manager::failure::{Code, Failure};
use jsforce_connection_manager::origin::BaseUrl;
use proptest::prelude::*;

const DOMAINS: [&str; 3] = ["salesforce.com", "force.com", "cloudforce.com"];

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
        assert!(!failure.what.contains("evil"), "{}", failure.what);
    }
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
