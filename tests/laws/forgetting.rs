//! Promise 11 for refresh tokens: a forgotten lineage gives no token and blocks no call, in any
//! order of the threads.

use std::sync::Arc;
use std::time::Duration;

use jsforce_connection_manager::cache::Deadlines;
use jsforce_connection_manager::failure::Code;
use jsforce_connection_manager::lineage::{CAPACITY, KnownLineages};
use jsforce_connection_manager::source::login::Login;
use jsforce_connection_manager::source::{Answer, Storing, TokenSource};
use tokio::runtime::{Builder, Runtime};

use super::support::clock::ManualClock;
use super::support::issuer::{Issuer, login_of};
use super::support::{BUDGET, source_on};
use super::{cases, report};

const STORES: Storing = Storing::Within(Duration::from_secs(5));

/// A caller that stores the refresh token it is offered, or fails to.
async fn call(source: Arc<TokenSource>, login: Login, keeps: bool) {
    if let Ok(Answer::Offer(offer, resume)) = source.ask(&login, BUDGET, STORES, None).await {
        if keeps {
            offer.stored();
        } else {
            offer.failed("As the test says.");
        }
        let _ = source.ask(&login, BUDGET, STORES, Some(resume)).await;
    }
}

fn forget_amid_calls(runtime: &Runtime, round: u32) {
    let issuer = Issuer::rotating();
    let clock = Arc::<ManualClock>::default();
    let deadlines = Arc::<Deadlines>::default();
    let known = Arc::new(KnownLineages::new(CAPACITY).unwrap());
    let sources = [(); 2].map(|()| {
        let (transport, clock) = (issuer.clone(), clock.clone());
        source_on(transport, clock, deadlines.clone(), 10)
    });
    let login = login_of(&known, &issuer.log_in());
    let calls: Vec<_> = (0..4)
        .map(|caller| {
            let source = sources[caller % 2].clone();
            runtime.spawn(call(source, login.clone(), (round as usize + caller).is_multiple_of(3)))
        })
        .collect();
    for _ in 0..round * 13 % 64 * 96 {
        std::hint::spin_loop();
    }
    sources[0].forget(&login);
    sources[1].drop_token(&login);
    let gives_nothing = || {
        for source in &sources {
            assert!(source.cached(&login).is_none());
            let Err(failure) =
                runtime.block_on(async { source.ask(&login, BUDGET, STORES, None).await })
            else {
                panic!("a forgotten refresh token brought something");
            };
            assert_eq!(failure.code, Code::RefreshTokenInvalid);
        }
    };
    gives_nothing();
    for call in calls {
        runtime.block_on(call).unwrap();
    }
    while sources.iter().any(|source| source.stats().in_flight > 0) {
        std::thread::yield_now();
    }
    gives_nothing();
    for source in &sources {
        assert_eq!(source.stats().cached.valid, 0);
    }
    for number in 0..=issuer.posts() {
        assert!(!login_of(&known, &format!("refresh-{number}")).is_forgotten());
    }
    assert_eq!(issuer.reuses(), 0);
}

#[test]
fn a_forgotten_lineage_gives_nothing_and_blocks_no_call() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let rounds = cases(1_000, 20_000);
    for round in 0..rounds {
        forget_amid_calls(&runtime, round);
    }
    report(11, &format!("0 of {rounds} forgotten refresh tokens gave anything"));
}
