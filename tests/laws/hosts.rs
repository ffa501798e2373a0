//! Promise 17: a token goes to proven hosts only.

use std::sync::Arc;

use jsforce_connection_manager::authorization_server::salesforce::InstanceHosts;
use jsforce_connection_manager::failure::Code;
use jsforce_connection_manager::origin::BaseUrl;
use jsforce_connection_manager::source::{SourceOptions, TokenSource};

use super::report;
use super::server::{Server, answer, runtime};
use super::support::clock::ManualClock;
use super::support::{BUDGET, ORG, login, refused, token_of};

/// No `loginUrl` and no `instanceUrl` may be one of these, nor may an answer name one.
const HOSTILE_ALWAYS: &[&str] = &[
    // No https.
    "http://acme.my.salesforce.com",
    "http://login.salesforce.com",
    "ftp://login.salesforce.com",
    "ws://login.salesforce.com",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:text/html,login.salesforce.com",
    "blob:https://login.salesforce.com/1",
    "salesforce.com",
    "//login.salesforce.com",
    "",
    "https://",
    "https:///",
    "https://[login.salesforce.com",
    // Nothing but a dot.
    "https://.",
    "ldap://.:8080",
    "https://login salesforce.com",
    "https://%00.salesforce.com",
    "https://a%2fb.salesforce.com",
    "https://a<b>.salesforce.com",
    // A user name that looks like a host.
    "https://login.salesforce.com@evil.example",
    "https://login.salesforce.com:443@evil.example",
    "https://login.salesforce.com%2f@evil.example",
    "https://user@login.salesforce.com",
    "https://user:password@login.salesforce.com",
    "https://:password@login.salesforce.com",
    // Query and fragment.
    "https://evil.example?.salesforce.com",
    "https://evil.example#.salesforce.com",
    "https://login.salesforce.com?next=https://evil.example",
    "https://login.salesforce.com/#@evil.example",
    // Addresses, in all their spellings.
    "https://169.254.169.254",
    "https://0xa9fea9fe",
    "https://2852039166",
    "https://0251.0376.0251.0376",
    "https://169.254.43518",
    "https://10.0.0.1",
    "https://0.0.0.0",
    "http://0.0.0.0",
    "http://127.0.0.2",
    "https://[::ffff:169.254.169.254]",
    "https://[::ffff:7f00:1]",
    "http://[::ffff:127.0.0.1]",
    "https://[fe80::1]",
    "https://[fd00:ec2::254]",
    "https://\u{ff11}\u{ff10}.0.0.1",
    // This machine by a name that is not its name.
    "http://localhost.evil.example",
    "http://127.0.0.1.nip.io",
    "http://local\u{2024}host",
    // Ports.
    "https://login.salesforce.com:22",
    "https://login.salesforce.com:80",
    "https://login.salesforce.com:0",
    "https://login.salesforce.com:99999",
    // Pages of the browser, which answer no API call.
    "https://acme.lightning.force.com",
    "https://acme.my.salesforce-setup.com",
    "https://acme--dev.sandbox.lightning.force.com./one/one.app",
];

/// Users may configure any host of theirs, so these URLs are hostile only in an answer.
const HOSTILE_IN_ANSWER: &[&str] = &[
    "https://login.salesforce.com:8443",
    "https://evil.example",
    "https://evil.example/.salesforce.com",
    "https://evil.example\\.salesforce.com",
    "https://evil.example/login.salesforce.com/",
    "https://xsalesforce.com",
    "https://evilsalesforce.com",
    "https://salesforce.com",
    "https://force.com",
    "https://salesforce.com.evil.example",
    "https://login.salesforce.com.evil.io",
    "https://login.salesforce.com-evil.io",
    "https://login-salesforce.com",
    "https://salesforce.co",
    "https://salesforce.comm",
    "https://acme.my.salesforce.org",
    "https://acme.my.salesforce.cn",
    "https://evilsfcrmproducts.cn",
    "https://acme.sfcrmproducts.cn.evil.example",
    "https://acme.lightning.sfcrmapps.cn",
    "https://acme.lightning.crmforce.mil",
    "https://evilsalesforce.mil",
    // Look-alikes: Cyrillic, dotless, and their punycode.
    "https://login.s\u{430}lesforce.com",
    "https://login.salesf\u{43e}rce.com",
    "https://login.sal\u{435}sforce.com",
    "https://login.xn--slesforce-wqb.com",
    "https://xn--80ak6aa92e.com",
    "https://login.salesforce.c\u{43e}m",
    // Paths: only an origin may be named.
    "https://acme.my.salesforce.com/evil",
    "https://acme.my.salesforce.com//",
    "https://acme.my.salesforce.com/..;/",
    "https://.salesforce.com",
    "https://.my.salesforce.com",
    "https://evil..salesforce.com",
    "https://{evil}.salesforce.com",
    "https://evil;.my.salesforce.com",
    "https://localhost",
    "http://localhost:8080",
    "https://sub.api.example.com",
    "https://api.example.com.evil.example",
];

const GOOD: &[(&str, &str)] = &[
    ("https://login.salesforce.com", "https://login.salesforce.com"),
    ("https://test.salesforce.com/", "https://test.salesforce.com"),
    ("https://acme.my.salesforce.com", "https://acme.my.salesforce.com"),
    ("https://ACME.My.SalesForce.com", "https://acme.my.salesforce.com"),
    ("https://acme.my.salesforce.com.", "https://acme.my.salesforce.com"),
    ("https://acme.my.salesforce.com:443", "https://acme.my.salesforce.com"),
    ("https://acme.my.salesforce.com:443/", "https://acme.my.salesforce.com"),
    ("HTTPS://acme.my.salesforce.com", "https://acme.my.salesforce.com"),
    ("https://acme--dev.sandbox.my.salesforce.com", "https://acme--dev.sandbox.my.salesforce.com"),
    ("https://acme--uat.my.salesforce.com", "https://acme--uat.my.salesforce.com"),
    ("https://a-1.scratch.my.salesforce.com", "https://a-1.scratch.my.salesforce.com"),
    ("https://x-dev-ed.develop.my.salesforce.com", "https://x-dev-ed.develop.my.salesforce.com"),
    ("https://na139.salesforce.com", "https://na139.salesforce.com"),
    ("https://cs42.salesforce.com", "https://cs42.salesforce.com"),
    ("https://um5.salesforce.com", "https://um5.salesforce.com"),
    ("https://acme.cloudforce.com", "https://acme.cloudforce.com"),
    ("https://acme.secure.force.com", "https://acme.secure.force.com"),
    ("https://acme.my.salesforce.com\\", "https://acme.my.salesforce.com"),
    ("https:acme.my.salesforce.com", "https://acme.my.salesforce.com"),
    ("https://acme.my.salesforce.com\t", "https://acme.my.salesforce.com"),
    ("https://a.b.c.my.salesforce.com", "https://a.b.c.my.salesforce.com"),
    ("https://api.example.com", "https://api.example.com"),
    ("https://acme.my.salesforce.mil", "https://acme.my.salesforce.mil"),
    ("https://acme.my.sfcrmproducts.cn", "https://acme.my.sfcrmproducts.cn"),
    ("https://a--b.sandbox.my.sfcrmproducts.cn", "https://a--b.sandbox.my.sfcrmproducts.cn"),
];

/// Good in a configuration. A user's domain may be in any script (IDN), and a site has a path.
const GOOD_IN_CONFIGURATION: &[(&str, &str)] = &[
    ("https://kunden.m\u{fc}ller.example", "https://kunden.xn--mller-kva.example"),
    ("https://xn--mller-kva.example", "https://xn--mller-kva.example"),
    ("https://portal.acme.example/customers", "https://portal.acme.example"),
    ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ("http://localhost", "http://localhost"),
    ("http://[::1]:3000", "http://[::1]:3000"),
];

fn instance(text: &str) -> Result<String, Code> {
    let org = BaseUrl::parse("instanceUrl", ORG).unwrap();
    let allowed = ["api.example.com".to_owned()];
    let trusted = InstanceHosts { instance: &org, login: &org, allowed: &allowed };
    trusted.instance_url(text).map_err(|failure| {
        // The host is named, and nothing else of the URL.
        let text = failure.to_string();
        let (before, after) = text.split_once(" (host ").unwrap_or((&text, ")"));
        let (_, after) = after.split_once(')').expect("the end of the host");
        assert!(!before.contains("evil") && !after.contains("evil"), "the URL is shown: {text}");
        failure.code
    })
}

#[test]
fn fault_35_hostile_urls_are_refused() {
    for text in HOSTILE_ALWAYS {
        for option in ["loginUrl", "instanceUrl"] {
            let failure = BaseUrl::parse(option, text).expect_err(text);
            assert_eq!((failure.code, failure.option), (Code::ConfigInvalid, Some(option)));
            assert!(!failure.to_string().contains("evil"), "the URL is shown: {failure}");
        }
    }
    let mut refused = 0;
    for text in HOSTILE_ALWAYS.iter().chain(HOSTILE_IN_ANSWER) {
        match instance(text) {
            Err(code) => assert_eq!(code, Code::InstanceUrlRefused, "{text}"),
            Ok(origin) => panic!("{text} is trusted as {origin}"),
        }
        refused += 1;
    }
    assert!(HOSTILE_ALWAYS.len() >= 50 && refused >= 60, "{refused}");
    report(
        17,
        &format!(
            "{refused} of {refused} hostile URLs refused in an answer, {0} of {0} in the \
             configuration; {1} of {1} good ones accepted",
            HOSTILE_ALWAYS.len(),
            GOOD.len() + GOOD_IN_CONFIGURATION.len(),
        ),
    );
}

#[test]
fn fault_35_good_urls_are_accepted() {
    for (text, origin) in GOOD {
        assert_eq!(instance(text).as_deref(), Ok(*origin), "{text}");
        assert_eq!(BaseUrl::parse("loginUrl", text).unwrap().origin(), *origin, "{text}");
    }
    for (text, origin) in GOOD_IN_CONFIGURATION {
        assert_eq!(BaseUrl::parse("loginUrl", text).unwrap().origin(), *origin, "{text}");
    }
    assert!(GOOD.len() >= 20);
}

/// The answer as a whole is refused, and nothing of it is cached.
#[test]
fn fault_36_an_answer_with_a_hostile_instance_brings_no_token() {
    let login = login();
    let long = format!("https://{}.salesforce.com", "a".repeat(3_000));
    let texts = HOSTILE_IN_ANSWER.iter().copied().chain([long.as_str()]);
    for text in texts {
        let body = serde_json::json!({ "access_token": "token", "instance_url": text }).to_string();
        let server = Server(move || Ok(answer(200, body.clone().into_bytes())));
        let clock = Arc::new(ManualClock::default());
        let allowed = vec!["api.example.com".into()];
        let source = Arc::new(TokenSource::new(SourceOptions {
            transport: Arc::new(server),
            clock,
            deadlines: Arc::default(),
            capacity: 10,
            allowed_instance_hosts: allowed,
        }));
        runtime().block_on(async {
            let failure = refused(token_of(&source, &login, BUDGET).await);
            assert!(!failure.retryable, "{text}: {failure}");
            assert!(matches!(failure.code, Code::InstanceUrlRefused | Code::BadResponse), "{text}");
            assert_eq!(source.stats().cached.valid, 0);
            assert!(source.cached(&login).is_none());
        });
    }
}
