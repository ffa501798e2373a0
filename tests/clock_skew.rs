//! A wrong clock on this machine. Assertions are signed with the server's time. The life of tokens
//! is not measured with the server's time.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use jsforce_connection_manager::clock::{Clock as _, Moment};
use jsforce_connection_manager::failure::Code;

use support::clock::{ManualClock, START};
use support::script::{Reply, Sent, granted, numbered, oauth_error};
use support::{Config, OTHER_KEY, Stage, login, logins, refused};

/// A server whose clock is `ahead` of this machine's by so many seconds. It refuses assertions that
/// expired three minutes ago by its clock, and sends its time.
fn server(ahead: Arc<AtomicI64>, clock: Arc<ManualClock>) -> impl Fn(&Sent) -> Reply {
    move |sent| {
        let now = i64::try_from(clock.now().unix_seconds()).unwrap() + ahead.load(Relaxed);
        let expired = i64::try_from(sent.expires).unwrap() + 180 < now;
        let reply = if expired {
            oauth_error("invalid_grant", "expired authorization code")
        } else {
            granted(&format!("token-{}", sent.number))
        };
        let Reply::Answer(status, body) = reply else { unreachable!("both are answers") };
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(now).unwrap());
        Reply::Headed { status, body, date: Some(httpdate::fmt_http_date(time)), retry_after: None }
    }
}

fn stage(ahead: i64) -> (Stage, Arc<AtomicI64>) {
    let ahead = Arc::new(AtomicI64::new(ahead));
    let clock = Arc::new(ManualClock::default());
    (Stage::with_clock(clock.clone(), server(ahead.clone(), clock)), ahead)
}

#[tokio::test]
async fn fault_23_a_clock_that_is_behind_costs_one_more_request_once() {
    let (stage, _) = stage(600);
    let cached = stage.token(&login()).await;
    assert_eq!(stage.script.posts(), 2);
    assert_eq!(cached.token.clock_skew, 600);
    stage.source.invalidate(&login(), cached.token.value.expose());
    stage.token(&login()).await;
    assert_eq!(stage.script.posts(), 3);
}

#[tokio::test]
async fn the_life_of_a_token_is_not_measured_with_the_servers_clock() {
    let (stage, _) = stage(600);
    let token = &stage.token(&login()).await.token;
    assert_eq!(token.minted, START);
    assert_eq!(token.deadline, START.after(Duration::from_secs(150)));
}

#[tokio::test]
async fn a_clock_that_was_set_right_again_is_noticed() {
    let (stage, ahead) = stage(600);
    let cached = stage.token(&login()).await;
    // The machine's clock is set right, ten minutes forward. Later the clock is wrong again.
    ahead.store(0, Relaxed);
    stage.clock.change(|now| now.wall += 600_000_000);
    stage.source.invalidate(&login(), cached.token.value.expose());
    let cached = stage.token(&login()).await;
    ahead.store(1_200, Relaxed);
    stage.source.invalidate(&login(), cached.token.value.expose());
    assert_eq!(stage.token(&login()).await.token.clock_skew, 1_200);
}

/// The `Date` was written halfway between the sending and the reading.
#[tokio::test]
async fn the_time_of_half_a_round_trip_is_no_difference() {
    let clock = Arc::new(ManualClock::default());
    let reply = server(Arc::new(AtomicI64::new(600)), clock.clone());
    let slow = clock.clone();
    let stage = Stage::with_clock(clock, move |sent| {
        slow.advance(1);
        let reply = reply(sent);
        slow.advance(1);
        reply
    });
    assert_eq!(stage.token(&login()).await.token.clock_skew, 600);
    assert_eq!(stage.script.posts(), 2);
}

/// Less than half a minute cannot be why an assertion has expired: the machine's clock is right again.
#[tokio::test]
async fn what_is_left_of_a_difference_is_none_below_half_a_minute() {
    for (left, learnt) in [(29, 0), (-29, 0), (30, 30), (-30, -30)] {
        let stage = Stage::new(move |sent| {
            let ahead = if sent.number < 2 { 600 } else { left };
            let seconds = i64::try_from(START.unix_seconds()).unwrap() + ahead;
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs());
            let reply = match sent.number % 2 {
                0 => oauth_error("invalid_grant", "expired authorization code"),
                _ => granted(&format!("token-{}", sent.number)),
            };
            let Reply::Answer(status, body) = reply else { unreachable!("both are answers") };
            let date = Some(httpdate::fmt_http_date(time));
            Reply::Headed { status, body, date, retry_after: None }
        });
        let cached = stage.token(&login()).await;
        assert_eq!(cached.token.clock_skew, 600);
        stage.source.invalidate(&login(), cached.token.value.expose());
        assert_eq!(stage.token(&login()).await.token.clock_skew, learnt, "{left}");
        assert_eq!(stage.script.posts(), 4);
    }
}

#[tokio::test]
async fn an_expired_assertion_without_a_wrong_clock_is_final() {
    let stage = Stage::new(|_| oauth_error("invalid_grant", "expired authorization code"));
    let failure = refused(stage.ask(&login()).await);
    assert_eq!((failure.code, failure.attempts), (Code::AssertionExpired, 1));
    assert!(!failure.retryable);
}

#[tokio::test]
async fn fault_3_clocks_that_step_never_panic_nor_lengthen_a_life() {
    for step in [-3_600_000_000_i64, 3_600_000_000, 31_536_000_000_000] {
        let (stage, _) = stage(0);
        let cached = stage.token(&login()).await;
        stage.clock.change(|now| {
            *now = Moment { wall: now.wall.saturating_add_signed(step), ..*now };
        });
        assert!(!stage.is_alive(cached.ticket), "{step}");
        assert_ne!(stage.token(&login()).await.ticket, cached.ticket);
        stage.clock.advance(150);
        assert!(!stage.is_alive(cached.ticket), "{step}");
    }
}

#[tokio::test]
async fn fault_4_a_year_forward_costs_each_login_one_request() {
    const YEAR: u64 = 31_536_000_000_000;
    let (stage, logins) = (Stage::new(numbered), logins(20));
    let mut old = Vec::new();
    for login in &logins {
        old.push(stage.token(login).await.ticket);
    }
    stage.clock.change(|now| now.wall += YEAR);
    assert!(old.iter().all(|ticket| !stage.is_alive(*ticket)));
    assert_eq!(stage.counts(), (0, 20));
    for _ in 0..10 {
        let calls = logins.iter().map(|login| stage.token(login));
        for call in calls.collect::<Vec<_>>() {
            assert!(stage.is_alive(call.await.ticket));
        }
    }
    assert_eq!((stage.script.posts(), stage.counts()), (40, (20, 0)));
}

#[tokio::test]
async fn fault_4_a_year_forward_does_not_let_a_wrong_key_flood_the_server() {
    let stage = Stage::new(support::script::only_genuine);
    let wrong = Config { private_key: OTHER_KEY, ..Config::default() }.login();
    for step in 0..3 {
        for _ in 0..1_000 {
            assert_eq!(refused(stage.ask(&wrong).await).code, Code::AssertionInvalid);
        }
        assert_eq!(stage.script.posts(), step + 1);
        stage.clock.change(|now| now.wall += 31_536_000_000_000);
    }
}
