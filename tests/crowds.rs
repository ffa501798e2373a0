//! Many logins at once: how many requests a process sends at a time, and that a slow host delays no
//! other.

mod support;

use std::sync::Arc;
use std::time::Duration;

use jsforce_connection_manager::clock::SystemClock;
use jsforce_connection_manager::failure::Code;
use jsforce_connection_manager::source::TokenSource;
use jsforce_connection_manager::source::login::Login;
use jsforce_connection_manager::transport::{HttpTransport, Transport as _};
use serde_json::json;
use tokio::time::timeout;

use support::loopback::{Act, Loopback, answer};
use support::wire::{in_a_process_of_its_own, runtime};
use support::{BUDGET, Config, refused, source_on, token_of};

/// Every permit that this origin can have at once, of a transport of its own.
async fn take_all(origin: &str) -> Vec<Box<dyn Send>> {
    let transport = HttpTransport::new(vec![], None);
    let mut taken = vec![];
    let permit = || timeout(Duration::from_millis(20), transport.permit(origin.to_owned()));
    while let Ok(permit) = permit().await {
        taken.push(permit);
    }
    taken
}

/// All tests of a process share the permits, so no other test may run beside this one.
#[test]
fn fault_59_a_host_gets_256_permits_and_all_get_512_and_the_first_waits_for_nobody() {
    let name = "fault_59_a_host_gets_256_permits_and_all_get_512_and_the_first_waits_for_nobody";
    if !in_a_process_of_its_own(name, &[]) {
        return;
    }
    runtime().block_on(async {
        let mut taken = vec![];
        for (host, count) in [("a", 256), ("b", 256), ("c", 1), ("d", 1)] {
            taken.push(take_all(&format!("https://{host}.example")).await);
            assert_eq!(taken.last().map(Vec::len), Some(count), "{host}");
        }
        let healthy = healthy(Duration::ZERO).await;
        let call = token_of(&source(), &login(&healthy, 1), Duration::from_secs(1));
        call.await.unwrap_or_else(|failure| panic!("{failure}"));
    });
}

#[test]
fn hung_logins_elsewhere_do_not_delay_a_healthy_host() {
    if !in_a_process_of_its_own("hung_logins_elsewhere_do_not_delay_a_healthy_host", &[]) {
        return;
    }
    runtime().block_on(async {
        let hung = Loopback::start(Act::Silence).await;
        let healthy = healthy(Duration::ZERO).await;
        let source = source();
        for users in [0..64, 64..300] {
            for user in users.clone() {
                source.prewarm(&login(&hung, user));
            }
            let all = usize::try_from(users.end).unwrap().min(256);
            support::until("one host has all it may", || hung.requests().len() >= all).await;
            let call = token_of(&source, &login(&healthy, users.end), Duration::from_secs(3));
            call.await.unwrap_or_else(|failure| panic!("{failure}"));
        }
        assert_eq!(hung.requests().len(), 256);
    });
}

#[test]
fn fault_59_four_hundred_logins_at_a_host_that_takes_a_second_succeed() {
    let name = "fault_59_four_hundred_logins_at_a_host_that_takes_a_second_succeed";
    if !in_a_process_of_its_own(name, &[]) {
        return;
    }
    runtime().block_on(async {
        let (slow, source) = (healthy(Duration::from_secs(1)).await, source());
        let mut crowd = tokio::task::JoinSet::new();
        let logins: Vec<_> = (0..400).map(|user| login(&slow, user)).collect();
        for login in logins {
            let source = source.clone();
            crowd.spawn(async move { token_of(&source, &login, BUDGET).await.map(drop) });
        }
        for outcome in crowd.join_all().await {
            outcome.unwrap_or_else(|failure| panic!("{failure}"));
        }
    });
}

#[test]
fn fault_59_a_call_that_ends_while_it_waits_for_its_turn_says_so() {
    let name = "fault_59_a_call_that_ends_while_it_waits_for_its_turn_says_so";
    if !in_a_process_of_its_own(name, &[]) {
        return;
    }
    runtime().block_on(async {
        let server = healthy(Duration::ZERO).await;
        let taken = take_all(&format!("http://127.0.0.1:{}", server.port)).await;
        for budget in [BUDGET, Duration::from_secs(1)] {
            let failure = refused(token_of(&source(), &login(&server, 1), budget).await);
            assert_eq!((failure.code, failure.attempts), (Code::Deadline, 0));
            let crowd = "256 requests to this host are in the air, and 256 to all hosts.";
            assert!(failure.what.contains(crowd), "{failure}");
        }
        assert_eq!(server.connections(), 0);
        drop(taken);
    });
}

fn source() -> Arc<TokenSource> {
    let transport = Arc::new(HttpTransport::new(vec![], None));
    source_on(transport, Arc::new(SystemClock), Arc::default(), 5_000)
}

async fn healthy(after: Duration) -> Loopback {
    let body = json!({ "access_token": "00D!x", "instance_url": "http://127.0.0.1:1" });
    Loopback::start(Act::Later(after, answer("200 OK", &body.to_string()))).await
}

fn login(server: &Loopback, user: u32) -> Login {
    let (url, username) = (format!("http://127.0.0.1:{}", server.port), format!("{user}@acme"));
    Config { instance_url: &url, username: &username, ..Config::default() }.login()
}
