//! One POST over a real socket, and every way in which a host can spoil it.

mod support;

use std::sync::Arc;
use std::time::Duration;

use jsforce_connection_manager::cache::Deadlines;
use jsforce_connection_manager::clock::SystemClock;
use jsforce_connection_manager::failure::{Code, Failure};
use jsforce_connection_manager::transport::{HttpTransport, Transport as _};

use support::loopback::{Act, Loopback, answer};
use support::wire::{CANARY, FORM, failure, failure_within, post, request};
use support::{BUDGET, Config, refused, source_on, token_of};

/// The time that the transport adds to a request's time, and the time that a busy machine may add.
const GRACE: Duration = Duration::from_millis(250);
const SLACK: Duration = Duration::from_millis(750);

/// The failure of a token source whose org is `server`.
async fn refusal_of(server: &Loopback) -> Arc<Failure> {
    let transport = Arc::new(HttpTransport::new(vec![], None));
    let deadlines = Arc::new(Deadlines::default());
    let source = source_on(transport, Arc::new(SystemClock), deadlines, 10);
    let url = format!("http://127.0.0.1:{}", server.port);
    let login = Config { instance_url: &url, ..Config::default() }.login();
    let failure = refused(token_of(&source, &login, BUDGET).await);
    assert!(!failure.to_string().contains(CANARY), "{failure}");
    failure
}

#[tokio::test]
async fn fault_10_the_request_is_a_plain_form_post() {
    let server = Loopback::start(Act::Answer(answer("200 OK", "{}"))).await;
    let response = post(&server.url()).await.ok().unwrap();
    assert_eq!((response.status, response.body.expose().as_slice()), (200, b"{}".as_slice()));
    let requests = server.requests();
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    assert_eq!(body, FORM);
    let mut lines: Vec<_> = head.lines().map(str::to_ascii_lowercase).collect();
    assert_eq!(lines.remove(0), "post /services/oauth2/token http/1.1");
    lines.sort();
    assert_eq!(
        lines,
        [
            "accept: application/json".to_owned(),
            format!("content-length: {}", FORM.len()),
            "content-type: application/x-www-form-urlencoded".to_owned(),
            format!("host: 127.0.0.1:{}", server.port),
        ],
        "and no cookie, referer, encoding or name of a program"
    );
}

#[tokio::test]
async fn the_answer_is_taken_with_its_dates() {
    let text = "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\nContent-Length: 2\r\n\r\n{}";
    let server = Loopback::start(Act::Answer(text.into())).await;
    let response = post(&server.url()).await.ok().unwrap();
    assert_eq!((response.status, response.header("retry-after")), (429, Some("7")));
    assert_eq!(response.header("date"), Some("Tue, 14 Nov 2023 22:13:20 GMT"));
}

#[tokio::test]
async fn fault_7_no_connection_is_used_twice_and_no_cookie_is_stored() {
    let text = "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nSet-Cookie: sid=CANARY\r\nContent-Length: 2\r\n\r\n{}";
    let server = Loopback::start(Act::Answer(text.into())).await;
    let transport = HttpTransport::new(vec![], None);
    for _ in 0..3 {
        assert!(transport.send(request(&server.url(), BUDGET)).await.is_ok());
    }
    assert_eq!((server.requests().len(), server.connections()), (3, 3));
    assert!(server.requests().iter().all(|request| !request.to_lowercase().contains("cookie")));
}

#[tokio::test]
async fn fault_18_a_redirect_is_not_followed() {
    let other = Loopback::start(Act::Answer(answer("200 OK", "{}"))).await;
    for status in ["307 Temporary Redirect", "302 Found", "308 Permanent Redirect"] {
        let text = format!(
            "HTTP/1.1 {status}\r\nLocation: {}?CANARY\r\nContent-Length: 6\r\n\r\nCANARY",
            other.url()
        );
        let server = Loopback::start(Act::Answer(text.into())).await;
        let failure = refusal_of(&server).await;
        assert_eq!((failure.code, failure.retryable), (Code::RedirectRefused, false), "{status}");
        assert_eq!(server.requests().len(), 1, "{status}");
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn fault_10_a_body_without_end_is_cut_off_at_64_kib() {
    for head in [
        "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n{\"access_token\":\"CANARY",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nCANARY",
    ] {
        let server = Loopback::start(Act::Flood(head.into())).await;
        let transport = HttpTransport::new(vec![], None);
        let (failure, took) = failure_within(&transport, &server.url(), BUDGET).await;
        assert_eq!((failure.code, failure.status), (Code::ResponseTooLarge, Some(200)));
        assert!(!failure.retryable);
        assert!(took < Duration::from_secs(2), "{took:?}");
        support::until("the connection is dropped", || server.was_dropped()).await;
        // The bytes in the sockets' buffers were written, too.
        assert!(server.written() < 50_000_000, "{}", server.written());
    }
}

#[tokio::test]
async fn a_body_of_64_kib_is_taken_and_no_byte_more() {
    for (length, fits) in [(64 * 1_024, true), (64 * 1_024 + 1, false)] {
        let server = Loopback::start(Act::Answer(answer("200 OK", &"x".repeat(length)))).await;
        let outcome = post(&server.url()).await;
        assert_eq!(outcome.is_ok(), fits);
        assert!(outcome.is_ok_and(|taken| taken.body.expose().len() == length) == fits);
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_a_reset() {
    for act in [
        Act::Reset,
        Act::AnswerAndClose(vec![]),
        Act::AnswerAndClose("HTTP/1.1 200 OK\r\nContent-".into()),
        Act::AnswerAndClose(
            "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"access_token\":\"CANARY".into(),
        ),
        Act::AnswerAndClose(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nCANARY".into(),
        ),
        Act::AnswerAndClose("CANARY is no HTTP\r\n\r\n".into()),
    ] {
        let server = Loopback::start(act).await;
        let failure = failure(&server.url()).await;
        assert_eq!((failure.code, failure.retryable), (Code::NetworkReset, true));
        assert_eq!(server.requests().len(), 1, "the transport itself sends nothing twice");
    }
}

#[tokio::test]
async fn a_refused_connection_is_told_apart() {
    // Nothing listens on the port of tcpmux.
    let failure = failure("http://127.0.0.1:1/").await;
    assert_eq!((failure.code, failure.retryable), (Code::NetworkConnect, true));
}

#[tokio::test]
async fn fault_8_silence_ends_with_the_requests_time() {
    let server = Loopback::start(Act::Silence).await;
    let timeout = Duration::from_millis(100);
    let transport = HttpTransport::new(vec![], None);
    let (failure, took) = failure_within(&transport, &server.url(), timeout).await;
    assert_eq!((failure.code, failure.retryable), (Code::NetworkTimeout, true));
    assert!(took >= timeout && took < timeout + GRACE + SLACK, "{took:?}");
    support::until("the connection is dropped", || server.was_dropped()).await;
}

#[tokio::test]
async fn fault_9_the_requests_time_covers_a_slow_answer() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
    for slow in [format!("{head}{}", "x".repeat(1_000)), head.repeat(20)] {
        let server = Loopback::start(Act::Drip(slow.into(), Duration::from_millis(10))).await;
        let timeout = Duration::from_millis(150);
        let transport = HttpTransport::new(vec![], None);
        let (failure, took) = failure_within(&transport, &server.url(), timeout).await;
        assert_eq!(failure.code, Code::NetworkTimeout);
        assert!(took < timeout + GRACE + SLACK, "{took:?}");
    }
}

#[tokio::test]
async fn an_answer_in_the_time_of_grace_is_taken() {
    let late = Act::Later(Duration::from_millis(60), answer("200 OK", "{}"));
    let server = Loopback::start(late).await;
    let transport = HttpTransport::new(vec![], None);
    let timeout = Duration::from_millis(50);
    assert!(transport.send(request(&server.url(), timeout)).await.is_ok());
}
