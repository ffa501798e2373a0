//! What the callers of one token see: one request for all, a shared answer, and no caller that ends
//! the request.

mod support;

use std::sync::Arc;
use std::time::Duration;

use jsforce_connection_manager::cache::CachedToken;
use jsforce_connection_manager::failure::{Code, Failure};
use jsforce_connection_manager::source::login::Login;
use tokio::task::JoinSet;

use support::script::{Reply, granted_for, numbered, oauth_error, only_genuine};
use support::{BUDGET, Config, OTHER_KEY, Stage, login, refused, token_of, until};

const CROWD: u64 = 200;

type Outcome = Result<Arc<CachedToken>, Arc<Failure>>;

/// Two hundred callers that all ask before the server answers.
async fn crowd(stage: &Stage, login: &Login) -> Vec<Outcome> {
    stage.script.hold();
    let mut callers = JoinSet::new();
    for _ in 0..CROWD {
        let (source, login) = (stage.source.clone(), login.clone());
        callers.spawn(async move { token_of(&source, &login, BUDGET).await });
    }
    let waiting = || stage.source.stats().coalesced == CROWD - 1;
    until("all callers wait", waiting).await;
    stage.script.release();
    callers.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_25_cold_callers_share_one_request_and_its_token() {
    let (stage, login) = (Stage::new(numbered), login());
    let tokens: Vec<_> = crowd(&stage, &login).await.into_iter().map(|o| o.ok().unwrap()).collect();
    assert_eq!(stage.script.posts(), 1);
    assert!(tokens.iter().all(|cached| cached.token.value.expose() == "token-0"));
    assert!(tokens[0].ticket.is_some());
    assert!(tokens.iter().all(|cached| cached.ticket == tokens[0].ticket));
    let stats = stage.source.stats();
    assert_eq!((stats.mints, stats.requests, stats.failures, stats.in_flight), (1, 1, 0, 0));
    assert_eq!(stats.misses, CROWD);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cold_callers_share_one_request_and_its_failure() {
    let stage = Stage::new(|_| oauth_error("invalid_client_id", "client identifier invalid"));
    let failures: Vec<_> = crowd(&stage, &login()).await.into_iter().map(refused).collect();
    assert_eq!(stage.script.posts(), 1);
    assert_eq!(failures[0].code, Code::ClientIdInvalid);
    assert!(failures.iter().all(|failure| failure == &failures[0]));
    let stats = stage.source.stats();
    assert_eq!((stats.mints, stats.failures, stats.in_flight), (0, 1, 0));
}

#[tokio::test]
async fn a_cached_token_is_handed_out_without_a_request() {
    let (stage, login) = (Stage::new(numbered), login());
    let first = stage.token(&login).await;
    let second = stage.token(&login).await;
    assert_eq!((stage.script.posts(), second.ticket), (1, first.ticket));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_that_come_while_a_flight_ends_send_no_second_request() {
    let (stage, login) = (Stage::new(numbered), login());
    for round in 1..=200 {
        let mut callers = JoinSet::new();
        for _ in 0..8 {
            let (source, login) = (stage.source.clone(), login.clone());
            callers.spawn(async move { token_of(&source, &login, BUDGET).await.is_ok() });
        }
        assert!(callers.join_all().await.iter().all(|granted| *granted));
        assert_eq!(stage.script.posts(), round);
        stage.source.clear();
    }
}

#[tokio::test]
async fn fault_31_a_wrong_key_gets_nothing_from_the_cache() {
    let stage = Stage::new(only_genuine);
    let right = stage.token(&login()).await;
    let wrong = Config { private_key: OTHER_KEY, ..Config::default() }.login();
    assert_eq!(refused(stage.ask(&wrong).await).code, Code::AssertionInvalid);
    assert_eq!(stage.script.posts(), 2);
    // The wrong key does not harm the token of the right key.
    assert_eq!(stage.token(&login()).await.ticket, right.ticket);
    assert_eq!(stage.script.posts(), 2);
}

#[tokio::test]
async fn fault_26_a_caller_that_is_dropped_leaves_the_request_running() {
    let (stage, login) = (Stage::new(numbered), login());
    stage.script.hold();
    let impatient = stage.ask(&login);
    tokio::time::timeout(Duration::from_millis(5), impatient).await.err().expect("it is held");
    assert_eq!(stage.source.stats().in_flight, 1);
    stage.script.release();
    until("it lands", || stage.source.stats().in_flight == 0).await;
    stage.token(&login).await;
    assert_eq!(stage.script.posts(), 1);
}

#[tokio::test(start_paused = true)]
#[expect(clippy::disallowed_methods, reason = "tokio's paused time")]
async fn a_short_budget_ends_the_wait_and_not_the_request() {
    let (stage, login) = (Stage::new(numbered), login());
    stage.script.hold();
    let started = tokio::time::Instant::now();
    let failure = refused(token_of(&stage.source, &login, Duration::from_millis(300)).await);
    assert_eq!((failure.code, failure.retryable), (Code::Deadline, true));
    assert_eq!(started.elapsed().as_millis(), 300);
    stage.script.release();
    until("it lands", || stage.source.stats().in_flight == 0).await;
    stage.token(&login).await;
    assert_eq!(stage.script.posts(), 1);
}

#[tokio::test(start_paused = true)]
#[expect(clippy::disallowed_methods, reason = "tokio's paused time")]
async fn no_budget_is_longer_than_eight_seconds() {
    let (stage, login) = (Stage::new(numbered), login());
    stage.script.hold();
    let started = tokio::time::Instant::now();
    let failure = refused(token_of(&stage.source, &login, Duration::from_secs(3_600)).await);
    assert_eq!((failure.code, started.elapsed().as_secs()), (Code::Deadline, 8));
}

#[tokio::test]
async fn fault_54_nothing_is_sent_in_less_than_300_ms() {
    let (stage, login) = (Stage::new(numbered), login());
    let short = Duration::from_millis(299);
    assert_eq!(refused(token_of(&stage.source, &login, short).await).code, Code::Deadline);
    assert_eq!((stage.script.posts(), stage.source.stats().in_flight), (0, 0));
    // A cached token needs no time at all.
    stage.token(&login).await;
    assert!(token_of(&stage.source, &login, Duration::ZERO).await.is_ok());
}

#[tokio::test]
async fn a_warm_up_leaves_a_token_and_asks_once() {
    let (stage, login) = (Stage::new(numbered), login());
    stage.source.prewarm(&login);
    stage.source.prewarm(&login);
    stage.token(&login).await;
    stage.source.prewarm(&login);
    assert_eq!((stage.script.posts(), stage.source.stats().in_flight), (1, 0));
}

#[tokio::test]
async fn a_token_cleared_while_it_is_asked_for_is_handed_out_and_not_cached() {
    let (stage, login) = (Stage::new(numbered), login());
    stage.script.hold();
    let (asked, ()) = tokio::join!(stage.ask(&login), async {
        until("it is sent", || stage.script.posts() == 1).await;
        assert_eq!(stage.source.clear(), 0);
        stage.script.release();
    });
    let asked = asked.ok().unwrap();
    assert_eq!(asked.token.value.expose(), "token-0");
    assert_eq!(asked.ticket, None);
    assert_eq!(stage.counts(), (0, 0));
    let next = stage.token(&login).await;
    assert_eq!(next.token.value.expose(), "token-1");
    assert!(stage.is_alive(next.ticket));
}

#[tokio::test]
async fn fault_27_a_panic_is_an_internal_failure_for_all_and_the_next_call_works() {
    let (stage, login) =
        (Stage::new(|sent| if sent.number == 0 { Reply::Panics } else { numbered(sent) }), login());
    for outcome in crowd(&stage, &login).await {
        assert_eq!(refused(outcome).code, Code::Internal);
    }
    assert_eq!((stage.script.posts(), stage.source.stats().in_flight), (1, 0));
    assert_eq!(stage.token(&login).await.token.value.expose(), "token-1");
}

#[test]
fn a_runtime_that_ends_tells_the_callers_in_another_runtime() {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let (doomed, other) = (runtime().unwrap(), runtime().unwrap());
    let (stage, login) = (Stage::new(numbered), login());
    stage.script.hold();
    doomed.block_on(async { stage.source.prewarm(&login) });
    let waiting = other.spawn({
        let (source, login) = (stage.source.clone(), login.clone());
        async move { token_of(&source, &login, BUDGET).await }
    });
    other.block_on(until("it waits", || stage.source.stats().coalesced == 1));
    doomed.shutdown_background();
    let failure = refused(other.block_on(waiting).unwrap());
    assert_eq!(failure.code, Code::Internal);
    stage.script.release();
    assert!(other.block_on(stage.ask(&login)).is_ok());
}

#[tokio::test]
async fn a_token_without_life_is_used_once_and_not_cached() {
    let (stage, login) = (Stage::new(|_| granted_for("brief", Some(0))), login());
    for posts in 1..=2 {
        let cached = stage.token(&login).await;
        assert_eq!((cached.token.value.expose().as_str(), cached.ticket), ("brief", None));
        assert_eq!((stage.script.posts(), stage.counts()), (posts, (0, 0)));
    }
}

#[tokio::test(start_paused = true)]
async fn passing_failures_are_retried_inside_one_call() {
    let stage = Stage::new(|sent| match sent.number {
        0 => Reply::Fails(Code::NetworkReset),
        1 => Reply::Answer(503, "<html>".into()),
        _ => numbered(sent),
    });
    let cached = stage.token(&login()).await;
    assert_eq!(cached.token.value.expose(), "token-2");
    let stats = stage.source.stats();
    assert_eq!((stats.mints, stats.requests, stats.failures), (1, 3, 0));
}

/// All scopes of Salesforce together are shorter than 4 KiB.
#[tokio::test]
async fn a_scope_that_is_too_long_is_none() {
    for (length, taken) in [(4_096, true), (4_097, false), (60_000, false)] {
        let scope = "a".repeat(length);
        let granted = scope.clone();
        let stage = Stage::new(move |sent| {
            let Reply::Answer(status, body) = numbered(sent) else { unreachable!("an answer") };
            Reply::Answer(status, body.replace("\"api\"", &format!("\"{granted}\"")))
        });
        let cached = stage.token(&login()).await;
        assert!(cached.token.scope == taken.then_some(scope), "{length}");
    }
}
