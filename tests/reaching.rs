//! How a host is reached: its name, its certificate, and the proxies of the environment.

mod support;

use std::time::Duration;

use jsforce_connection_manager::failure::{Code, Failure};
use jsforce_connection_manager::transport::{HttpTransport, Transport as _};

use support::KEY;
use support::loopback::{Act, Loopback, answer, tls_file};
use support::wire::{failure, failure_within, in_a_process_of_its_own, post, request, runtime};

const TIMEOUT: Duration = Duration::from_secs(4);

fn ok() -> Act {
    Act::Answer(answer("200 OK", "{}"))
}

async fn secure(transport: &HttpTransport, host: &str, port: u16) -> Option<Failure> {
    let url = format!("https://{host}:{port}/services/oauth2/token");
    let answered = transport.send(request(&url, TIMEOUT)).await.is_ok();
    if answered { None } else { Some(failure_within(transport, &url, TIMEOUT).await.0) }
}

#[tokio::test]
async fn a_certificate_of_a_named_authority_is_accepted() {
    let server = Loopback::start_tls("127.0.0.1", ok()).await;
    let by_option = HttpTransport::new(tls_file("ca.pem"), None);
    let file = support::sources::root().join("testing/tls/ca.pem");
    let by_file = HttpTransport::new(vec![], Some(file));
    for transport in [by_option, by_file] {
        assert_eq!(transport.check(), Ok(()));
        assert_eq!(secure(&transport, "127.0.0.1", server.port).await, None);
    }
    assert!(server.requests()[0].starts_with("POST /services/oauth2/token HTTP/1.1\r\n"));
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused() {
    let server = Loopback::start_tls("127.0.0.1", ok()).await;
    let missing = Some("/no/such/file.pem".into());
    for transport in [HttpTransport::new(vec![], None), HttpTransport::new(vec![], missing)] {
        let failure = secure(&transport, "127.0.0.1", server.port).await.expect("a failure");
        assert_eq!((failure.code, failure.retryable), (Code::NetworkTls, false));
        assert!(failure.what.contains("not trusted"), "{failure}");
    }
    assert_eq!(server.requests(), [""; 0], "the form must not be sent");
}

// Other systems have no second loopback address.
#[cfg(any(target_os = "linux", target_os = "windows"))]
#[test]
fn a_certificate_for_another_name_is_refused() {
    if !in_a_process_of_its_own("a_certificate_for_another_name_is_refused", &[]) {
        return;
    }
    runtime().block_on(async {
        let server = Loopback::start_tls("127.0.0.2", ok()).await;
        let transport = HttpTransport::new(tls_file("ca.pem"), None);
        let failure = secure(&transport, "127.0.0.2", server.port).await.expect("a failure");
        assert_eq!(failure.code, Code::NetworkTls);
        assert!(failure.what.contains("another name"), "{failure}");
        assert_eq!(server.requests(), [""; 0]);
    });
}

#[tokio::test]
async fn a_host_that_speaks_no_tls_is_refused() {
    let server = Loopback::start(Act::Greet(answer("400 Bad Request", "CANARY"))).await;
    let failure = failure(&format!("https://127.0.0.1:{}/", server.port)).await;
    assert_eq!((failure.code, failure.retryable), (Code::NetworkTls, false));
}

#[test]
fn a_broken_ca_is_a_fault_of_the_option() {
    let half = String::from_utf8(tls_file("ca.pem")).unwrap();
    let half = half.replace("-----END CERTIFICATE-----", "");
    let damaged = "-----BEGIN CERTIFICATE-----\nTk8=\n-----END CERTIFICATE-----\n";
    for ca in [" \n", "CANARY", "/etc/ssl/CANARY.pem", &half, damaged, KEY] {
        let failure = HttpTransport::new(ca.into(), None).check().unwrap_err();
        assert_eq!((failure.code, failure.option), (Code::ConfigInvalid, Some("ca")));
        assert!(!failure.to_string().contains("CANARY"), "{failure}");
    }
    // A broken certificate is a fault even beside a good one.
    let both = [tls_file("ca.pem"), damaged.into()].concat();
    assert!(HttpTransport::new(both, None).check().is_err());
}

#[test]
fn a_name_that_does_not_resolve_is_told_apart() {
    if !in_a_process_of_its_own("a_name_that_does_not_resolve_is_told_apart", &[]) {
        return;
    }
    runtime().block_on(async {
        // Too long for a label of DNS, so that no name server is asked, which might be slow.
        let failure = failure(&format!("http://{}.invalid/", "x".repeat(64))).await;
        assert_eq!((failure.code, failure.retryable), (Code::NetworkDns, true));
    });
}

#[test]
fn this_machine_is_never_reached_through_a_proxy() {
    let runtime = runtime();
    let refuse = Act::AnswerAndClose(answer("403 Forbidden", ""));
    let proxy = runtime.block_on(Loopback::start(refuse));
    let url = format!("http://CANARY:CANARY@127.0.0.1:{}", proxy.port);
    let names = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"];
    let proxies = names.map(|name| (name, url.as_str()));
    if in_a_process_of_its_own("this_machine_is_never_reached_through_a_proxy", &proxies) {
        runtime.block_on(async {
            let server = Loopback::start(ok()).await;
            for host in ["127.0.0.1", "localhost"] {
                let url = format!("http://{host}:{}/", server.port);
                assert!(post(&url).await.is_ok(), "{host}");
            }
            // Other hosts are reached through the proxy: the variables are in force.
            let failure = failure("https://acme.example/").await;
            assert_eq!(failure.code, Code::NetworkConnect);
            assert!(failure.what.contains("proxy refused"), "{failure}");
            assert!(failure.what.contains("https_proxy names this proxy"), "{failure}");
        });
        return;
    }
    let requests = proxy.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    assert!(requests[0].starts_with("CONNECT acme.example:443 "), "{requests:?}");
    // The proxy must not get the form.
    assert!(!requests[0].contains("ASSERTION"), "{requests:?}");
}

/// The failure of a request to `https://acme.example` where the environment names this proxy.
fn failure_through(name: &str, proxy: &str, test: impl FnOnce(Failure, Duration)) {
    if in_a_process_of_its_own(name, &[("HTTPS_PROXY", proxy)]) {
        let transport = HttpTransport::new(vec![], None);
        let sent = failure_within(&transport, "https://acme.example/", TIMEOUT);
        let (failure, took) = runtime().block_on(sent);
        assert!(failure.had_no_effect, "{failure}");
        assert!(!failure.what.contains("host"), "the host is not at fault: {failure}");
        test(failure, took);
    }
}

#[test]
fn fault_61_a_proxy_that_takes_no_connection_is_told_as_that() {
    let name = "fault_61_a_proxy_that_takes_no_connection_is_told_as_that";
    failure_through(name, "http://CANARY:CANARY@127.0.0.1:1", |failure, _| {
        assert_eq!((failure.code, failure.retryable), (Code::NetworkConnect, true));
        let what = "No connection could be made to the proxy. HTTPS_PROXY names this proxy.";
        assert_eq!(failure.what, what);
    });
}

#[test]
fn fault_61_a_proxy_whose_name_cannot_be_resolved_is_told_as_that() {
    let name = "fault_61_a_proxy_whose_name_cannot_be_resolved_is_told_as_that";
    let proxy = format!("http://{}.invalid:3128", "x".repeat(64));
    failure_through(name, &proxy, |failure, _| {
        assert_eq!((failure.code, failure.retryable), (Code::NetworkDns, true));
        let what = "The proxy's name cannot be resolved. HTTPS_PROXY names this proxy.";
        assert_eq!(failure.what, what);
    });
}

#[test]
fn fault_61_a_proxy_that_does_not_answer_is_told_as_that() {
    let runtime = runtime();
    let silent = runtime.block_on(Loopback::start(Act::Silence));
    let name = "fault_61_a_proxy_that_does_not_answer_is_told_as_that";
    failure_through(name, &format!("http://127.0.0.1:{}", silent.port), |failure, took| {
        assert_eq!((failure.code, failure.retryable), (Code::NetworkConnect, true));
        let what = "The proxy did not answer within 1,500 ms. HTTPS_PROXY names this proxy.";
        assert_eq!(failure.what, what);
        assert!(took < TIMEOUT, "{took:?}");
    });
}

#[test]
fn fault_56_a_proxy_that_cannot_be_read_is_refused_before_anything_is_sent() {
    let name = "fault_56_a_proxy_that_cannot_be_read_is_refused_before_anything_is_sent";
    let proxy = [("https_proxy", "\"http://CANARY:CANARY@127.0.0.1:1\"")];
    if in_a_process_of_its_own(name, &proxy) {
        runtime().block_on(async {
            let failure = failure("https://acme.example/").await;
            assert_eq!((failure.code, failure.option), (Code::ConfigInvalid, Some("https_proxy")));
            let server = Loopback::start(ok()).await;
            assert!(post(&server.url()).await.is_ok(), "this machine needs no proxy");
        });
    }
}
