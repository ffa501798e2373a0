//! A token is renewed while the token is alive. No caller waits for the renewal, or notices a
//! server that is down.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use jsforce_connection_manager::cache::CachedToken;
use jsforce_connection_manager::cache::Peek;
use jsforce_connection_manager::failure::Code;

use support::script::{Reply, granted, numbered};
use support::{Config, Stage, login, refused, until};

/// Advances the clock until a caller is asked to renew. Returns how many seconds passed.
fn until_due(stage: &Stage, cached: &CachedToken) -> f64 {
    const STEP: Duration = Duration::from_millis(10);
    for step in 1.. {
        stage.clock.change(|now| *now = now.after(STEP));
        match stage.peek(cached.ticket) {
            Peek::Due => return (STEP * step).as_secs_f64(),
            Peek::Gone => break,
            _ => {}
        }
    }
    panic!("nobody was asked in time");
}

#[tokio::test]
async fn one_caller_in_the_last_fifth_of_the_life_sets_off_the_renewal() {
    for _ in 0..50 {
        let stage = Stage::new(numbered);
        let cached = stage.token(&login()).await;
        let due = until_due(&stage, &cached);
        assert!((120.0..=142.6).contains(&due), "{due} s");
        assert_ne!(stage.peek(cached.ticket), Peek::Due);
    }
}

#[tokio::test]
async fn renewal_points_differ_from_token_to_token() {
    let stage = Stage::new(numbered);
    let mut points = Vec::new();
    for login in support::logins(20) {
        let token = stage.token(&login).await;
        points.push(token.token.renew_at.boot - token.token.minted.boot);
    }
    points.sort_unstable();
    points.dedup();
    assert!(points.len() > 15, "{points:?}");
}

#[tokio::test]
async fn the_new_token_takes_the_place_of_the_old_one() {
    let (stage, login) = (Stage::new(numbered), login());
    let old = stage.token(&login).await;
    until_due(&stage, &old);
    stage.script.hold();
    stage.source.renew(&login, old.ticket.unwrap());
    // Meanwhile the old token is handed out.
    assert!(Arc::ptr_eq(&stage.token(&login).await, &old));
    stage.script.release();
    until("the renewal", || !stage.is_alive(old.ticket)).await;
    let new = stage.source.cached(&login).expect("the new token");
    assert_eq!(new.token.value.expose(), "token-1");
    assert_eq!(stage.script.posts(), 2);
}

#[tokio::test]
async fn a_renewal_of_a_token_that_was_replaced_sends_nothing() {
    let (stage, login) = (Stage::new(numbered), login());
    let old = stage.token(&login).await;
    stage.source.invalidate(&login, old.token.value.expose());
    stage.token(&login).await;
    stage.source.renew(&login, old.ticket.unwrap());
    until("the flight's end", || stage.source.stats().in_flight == 0).await;
    assert_eq!(stage.script.posts(), 2);
}

#[tokio::test]
async fn fault_20_a_server_that_is_down_is_not_felt_and_is_asked_twice_a_minute() {
    let down = Arc::new(AtomicBool::new(false));
    let is_down = down.clone();
    let stage = Stage::new(move |sent| {
        if is_down.load(Relaxed) {
            return Reply::Fails(Code::ServerUnavailable);
        }
        numbered(sent)
    });
    let login = Config { life: (3_600, 0), ..Config::default() }.login();
    let cached = stage.token(&login).await;
    down.store(true, Relaxed);
    for second in 1..3_600 {
        stage.clock.advance(1);
        if stage.peek(cached.ticket) == Peek::Due {
            stage.source.renew(&login, cached.ticket.unwrap());
            until("the renewal's failure", || stage.source.stats().in_flight == 0).await;
        }
        assert!(Arc::ptr_eq(&stage.token(&login).await, &cached), "at {second} s");
    }
    // 720 seconds at most, one attempt in each 30.
    assert!((1..=1 + 24).contains(&stage.script.posts()), "{}", stage.script.posts());
    stage.clock.advance(1);
    assert_eq!(refused(stage.ask(&login).await).code, Code::ServerUnavailable);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_waits_for_a_failing_renewal_gets_attempts_of_its_own() {
    let stage = Stage::new(|sent| match sent.number {
        1 | 2 => Reply::Fails(Code::NetworkReset),
        _ => numbered(sent),
    });
    let login = login();
    let old = stage.token(&login).await;
    until_due(&stage, &old);
    stage.script.hold();
    stage.source.renew(&login, old.ticket.unwrap());
    stage.source.invalidate(&login, old.token.value.expose());
    let waiting = stage.token(&login);
    stage.script.release();
    assert_eq!(waiting.await.token.value.expose(), "token-3");
}

/// Three hours of a life of a minute, at an org that answers with the session that is still alive.
#[tokio::test]
async fn fault_16_a_login_after_a_configured_life_is_never_counted() {
    let stage = Stage::new(|_| granted("the-same"));
    let login = Config { life: (60, 30), ..Config::default() }.login();
    for _ in 0..3 * 3_600 {
        let cached = stage.token(&login).await;
        if stage.peek(cached.ticket) == Peek::Due {
            stage.source.renew(&login, cached.ticket.unwrap());
            until("the renewal", || stage.source.stats().in_flight == 0).await;
        }
        stage.clock.advance(1);
    }
    assert!(stage.script.posts() >= 3 * 120, "{}", stage.script.posts());
}
