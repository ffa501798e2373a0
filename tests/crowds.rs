//! Many logins at once: how many requests a process sends at a time, and that a slow host delays no
//! other.

mod support;

use std::sync::Arc;
use std::time::Duration;

use jsforce_connection_manager::clock::SystemClock;
use jsforce_connection_manager::failure::Code;
use jsforce_connection_manager::source::login::Login;
use jsforce_connection_manager::transport::{HttpTransport, Transport as _};
use serde_json::json;

use support::loopback::{Act, Loopback, answer};
use support::wire::{failure_within, in_a_process_of_its_own, runtime};
use support::{Config, source_on, token_of};

/// All tests of a process share the permits, so no other test may run beside this one.
#[test]
fn no_more_than_32_requests_to_a_host_and_128_to_all_are_in_the_air() {
    let name = "no_more_than_32_requests_to_a_host_and_128_to_all_are_in_the_air";
    if !in_a_process_of_its_own(name, &[]) {
        return;
    }
    runtime().block_on(async {
        let (mut servers, mut crowd) = (vec![], tokio::task::JoinSet::new());
        for _ in 0..5 {
            let server = Loopback::start(Act::Silence).await;
            for _ in 0..40 {
                let (transport, url) = (HttpTransport::new(vec![], None), server.url());
                let origin = format!("http://127.0.0.1:{}", server.port);
                let timeout = Duration::from_millis(400);
                crowd.spawn(async move {
                    let _permit = transport.permit(origin).await;
                    failure_within(&transport, &url, timeout).await
                });
            }
            servers.push(server);
        }
        let sent = || -> Vec<_> { servers.iter().map(|server| server.requests().len()).collect() };
        support::until("128 are sent", || sent().iter().sum::<usize>() >= 128).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(sent().iter().sum::<usize>(), 128);
        assert!(sent().iter().all(|&sent| sent <= 32), "{:?}", sent());
        for (failure, _) in crowd.join_all().await {
            assert_eq!(failure.code, Code::NetworkTimeout);
        }
    });
}

#[test]
fn hung_logins_elsewhere_do_not_delay_a_healthy_host() {
    if !in_a_process_of_its_own("hung_logins_elsewhere_do_not_delay_a_healthy_host", &[]) {
        return;
    }
    runtime().block_on(async {
        let hung = Loopback::start(Act::Silence).await;
        let healthy = healthy().await;
        let transport = Arc::new(HttpTransport::new(vec![], None));
        let source = source_on(transport, Arc::new(SystemClock), Arc::default(), 1_000);
        let source = Arc::new(source);
        for users in [0..64, 64..192] {
            for user in users.clone() {
                source.prewarm(&login(&hung, user));
            }
            support::until("one host has all it may", || hung.requests().len() >= 32).await;
            let call = token_of(&source, &login(&healthy, users.end), Duration::from_secs(3));
            call.await.unwrap_or_else(|failure| panic!("{failure}"));
        }
    });
}

async fn healthy() -> Loopback {
    let body = json!({ "access_token": "00D!x", "instance_url": "http://127.0.0.1:1" });
    Loopback::start(Act::Answer(answer("200 OK", &body.to_string()))).await
}

fn login(server: &Loopback, user: u32) -> Login {
    let (url, username) = (format!("http://127.0.0.1:{}", server.port), format!("{user}@acme"));
    Config { instance_url: &url, username: &username, ..Config::default() }.login()
}
