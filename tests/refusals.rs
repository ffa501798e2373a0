//! A final answer is remembered. The same request would bring the same answer, and cost a login.

mod support;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use jsforce_connection_manager::failure::{Code, Failure};
use jsforce_connection_manager::source::login::Login;
use tokio::time::sleep;

use support::script::{Reply, numbered, oauth_error, only_genuine};
use support::{BUDGET, Config, OTHER_KEY, Stage, login, refused, token_of, until};

fn wrong_key() -> Stage {
    Stage::new(|_| oauth_error("invalid_grant", "invalid assertion"))
}

async fn ask(stage: &Stage) -> Arc<Failure> {
    static HOLDER: LazyLock<Login> = LazyLock::new(login);
    refused(stage.ask(&HOLDER).await)
}

/// Seconds until the next request is sent, asking every second.
async fn pause(stage: &Stage) -> u64 {
    let (posts, mut seconds) = (stage.script.posts(), 0);
    while stage.script.posts() == posts {
        stage.clock.advance(1);
        seconds += 1;
        ask(stage).await;
    }
    seconds
}

#[tokio::test]
async fn fault_22_ten_thousand_calls_with_a_wrong_key_send_one_request() {
    let stage = wrong_key();
    for _ in 0..10_000 {
        assert_eq!(ask(&stage).await.code, Code::AssertionInvalid);
    }
    assert_eq!(stage.script.posts(), 1);
}

/// The second caller's flight is started, but does not run until the first caller's flight has
/// ended.
#[tokio::test]
async fn a_refusal_that_comes_while_another_flight_starts_spares_its_request() {
    let (stage, login) = (wrong_key(), login());
    stage.script.hold();
    let first = tokio::spawn(token_of(&stage.source, &login, BUDGET));
    until("the first request is sent", || stage.script.posts() == 1).await;
    // A caller after a clear gets a flight of its own.
    stage.source.clear();
    stage.script.release();
    let second = token_of(&stage.source, &login, BUDGET);
    assert_eq!(stage.source.stats().in_flight, 2);
    assert_eq!(refused(second.await).code, Code::AssertionInvalid);
    assert_eq!(refused(first.await.unwrap()).code, Code::AssertionInvalid);
    assert_eq!(stage.script.posts(), 1);
}

#[tokio::test]
async fn fault_22_the_next_attempt_comes_after_a_minute_doubling_to_a_quarter_of_an_hour() {
    let stage = wrong_key();
    ask(&stage).await;
    let mut pauses = Vec::new();
    for _ in 0..6 {
        pauses.push(pause(&stage).await);
    }
    assert_eq!(pauses, [60, 120, 240, 480, 900, 900]);
}

#[tokio::test]
async fn a_refusal_that_an_administrator_may_be_repairing_is_tried_every_minute() {
    for (error, description) in [
        ("invalid_grant", "user hasn't approved this consumer"),
        ("invalid_app_access", "user is not admin approved to access this app"),
        ("invalid_client_id", "client identifier invalid"),
    ] {
        let stage = Stage::new(move |_| oauth_error(error, description));
        ask(&stage).await;
        for _ in 0..3 {
            assert_eq!(pause(&stage).await, 60, "{error}");
        }
    }
}

#[tokio::test]
async fn a_remembered_refusal_says_so_and_when_the_next_attempt_is_due() {
    let stage = wrong_key();
    let first = ask(&stage).await;
    assert_eq!((first.attempts, first.retry_after), (1, None));
    stage.clock.advance(18);
    let again = ask(&stage).await;
    assert_eq!(again.attempts, 0);
    assert_eq!(again.retry_after.unwrap().as_secs(), 42);
    assert_eq!((again.status, &again.error), (first.status, &first.error));
    for part in ["remembered", "in 43 s", "clearAllTokens()"] {
        assert!(again.what.contains(part), "{}", again.what);
    }
}

#[tokio::test]
async fn a_clear_forgets_refusals() {
    let stage = wrong_key();
    ask(&stage).await;
    stage.source.clear();
    ask(&stage).await;
    assert_eq!(stage.script.posts(), 2);
}

#[tokio::test]
async fn a_success_forgets_how_long_the_last_pause_was() {
    let stage = Stage::new(|sent| match sent.number {
        2 => numbered(sent),
        _ => oauth_error("invalid_grant", "invalid assertion"),
    });
    ask(&stage).await;
    assert_eq!(pause(&stage).await, 60);
    stage.clock.advance(120);
    let cached = stage.token(&login()).await;
    stage.source.invalidate(&login(), cached.token.value.expose());
    ask(&stage).await;
    assert_eq!(pause(&stage).await, 1, "once, to a login that works");
    assert_eq!(pause(&stage).await, 60);
    assert_eq!(pause(&stage).await, 120);
}

/// Seconds between the requests that one login sends, asking every second.
async fn pauses(reply: impl Fn() -> Reply + Send + Sync + 'static, count: usize) -> Vec<u64> {
    let stage = Stage::new(move |_| reply());
    ask(&stage).await;
    let mut pauses = Vec::new();
    for _ in 0..count {
        pauses.push(pause(&stage).await);
    }
    pauses
}

#[tokio::test(start_paused = true)]
async fn fault_91_what_is_no_word_of_oauth_heals_within_seconds() {
    let html = || "<html>maintenance</html>".to_owned();
    for (status, body) in [
        (302, String::new()),
        (403, html()),
        (404, html()),
        (421, html()),
        (425, html()),
        (200, "{}".to_owned()),
        (200, r#"{"access_token":"token","instance_url":"https://evil.example"}"#.to_owned()),
    ] {
        let told = format!("{status} {body}");
        let reply = move || Reply::Answer(status, body.clone());
        assert_eq!(pauses(reply, 8).await, [1, 2, 4, 8, 16, 32, 60, 60], "{told}");
    }
    let large = || Reply::TooLarge(200);
    assert_eq!(pauses(large, 8).await, [1, 2, 4, 8, 16, 32, 60, 60]);
}

#[tokio::test(start_paused = true)]
async fn fault_91_a_large_page_is_judged_by_its_status() {
    for (status, code, retryable) in [
        (503, Code::ServerUnavailable, true),
        (429, Code::RateLimited, true),
        (302, Code::RedirectRefused, false),
        (403, Code::BadResponse, false),
        (200, Code::ResponseTooLarge, false),
    ] {
        let stage = Stage::new(move |_| Reply::TooLarge(status));
        let failure = ask(&stage).await;
        assert_eq!((failure.code, failure.retryable), (code, retryable), "{status}");
        assert_eq!(failure.status, Some(status));
    }
}

#[tokio::test]
async fn fault_91_one_bad_answer_to_a_renewal_harms_no_call_after_the_tokens_end() {
    let stage = Stage::new(|sent| match sent.number {
        1 => Reply::Answer(403, "<html>".into()),
        _ => numbered(sent),
    });
    let cached = stage.token(&login()).await;
    stage.clock.advance(149);
    stage.source.renew(&login(), cached.ticket.unwrap());
    until("the renewal", || stage.source.stats().in_flight == 0).await;
    assert!(Arc::ptr_eq(&stage.token(&login()).await, &cached), "the token is alive");
    stage.clock.advance(1);
    assert_eq!(stage.token(&login()).await.token.value.expose(), "token-2");
}

#[tokio::test]
async fn fault_91_a_refused_renewal_harms_no_call_after_the_tokens_end() {
    let stage = Stage::new(|sent| match sent.number {
        1 => oauth_error("invalid_client_id", "client identifier invalid"),
        _ => numbered(sent),
    });
    let cached = stage.token(&login()).await;
    stage.clock.advance(149);
    stage.source.renew(&login(), cached.ticket.unwrap());
    until("the renewal", || stage.source.stats().in_flight == 0).await;
    stage.clock.advance(1);
    assert_eq!(stage.token(&login()).await.token.value.expose(), "token-2");
}

#[tokio::test]
async fn fault_22_a_corrected_key_is_not_blocked() {
    let stage = Stage::new(only_genuine);
    let wrong = Config { private_key: OTHER_KEY, ..Config::default() }.login();
    assert!(stage.ask(&wrong).await.is_err());
    stage.token(&login()).await;
}

#[tokio::test(start_paused = true)]
async fn passing_failures_are_not_remembered() {
    let stage = Stage::new(|_| Reply::Fails(Code::NetworkConnect));
    ask(&stage).await;
    ask(&stage).await;
    assert_eq!(stage.script.posts(), 6);
}

#[tokio::test]
async fn the_login_limit_is_remembered_although_it_passes() {
    let stage = Stage::new(|_| oauth_error("invalid_grant", "login rate exceeded"));
    assert!(ask(&stage).await.retryable);
    assert_eq!(pause(&stage).await, 60);
    assert_eq!(pause(&stage).await, 120);
}

#[tokio::test]
async fn retry_after_holds_for_all_calls_in_that_time() {
    let stage = Stage::new(|_| Reply::Headed {
        status: 429,
        body: String::new(),
        date: None,
        retry_after: Some("300".into()),
    });
    assert_eq!(ask(&stage).await.retry_after.unwrap().as_secs(), 300);
    assert_eq!(pause(&stage).await, 300);
    assert_eq!(pause(&stage).await, 300);
}

/// Half of 100 ms and half of 200 ms are the least that three attempts wait.
#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_fewer_requests_is_never_asked_again_at_once() {
    for _ in 0..50 {
        let stage = Stage::new(|_| Reply::Answer(429, String::new()));
        let (source, login) = (stage.source.clone(), login());
        let call = tokio::spawn(async move { token_of(&source, &login, BUDGET).await });
        until("the first request is sent", || stage.script.posts() == 1).await;
        sleep(Duration::from_millis(48)).await;
        assert_eq!(stage.script.posts(), 1);
        sleep(Duration::from_millis(98)).await;
        assert!(stage.script.posts() < 3);
        assert_eq!(refused(call.await.unwrap()).attempts, 3);
    }
}

#[tokio::test]
async fn sixty_useless_logins_an_hour_are_the_most() {
    // Each login brings a new token, and the API answers 401 to the token.
    let (stage, login) = (Stage::new(numbered), login());
    for _ in 0..60 {
        let cached = stage.token(&login).await;
        stage.source.reject(&login, cached.token.value.expose());
        stage.clock.advance(1);
    }
    let failure = ask(&stage).await;
    assert_eq!((failure.code, failure.attempts), (Code::LoginsCapped, 0));
    assert_eq!(failure.retry_after.unwrap().as_secs(), 3_600 - 60);
    assert_eq!(stage.script.posts(), 60);
    stage.clock.advance(3_600);
    stage.token(&login).await;
}

/// Makes logins whose tokens are refused, one a second, and says how many were sent.
async fn useless(stage: &Stage, login: &Login, logins: usize) -> usize {
    let before = stage.script.posts();
    for _ in 0..logins {
        let Ok(cached) = stage.ask(login).await else { break };
        stage.source.reject(login, cached.token.value.expose());
        stage.clock.advance(1);
    }
    stage.script.posts() - before
}

#[tokio::test]
async fn the_hour_of_the_cap_ends_and_the_next_one_has_a_cap_of_its_own() {
    let (stage, login) = (Stage::new(numbered), login());
    for _ in 0..3 {
        assert_eq!(useless(&stage, &login, 70).await, 60);
        // The hour began with its first useless login, which came right after its token.
        stage.clock.advance(3_600 - 61);
        assert_eq!(refused(stage.ask(&login).await).retry_after.unwrap().as_secs(), 1);
        stage.clock.advance(1);
    }
    // Fewer in each hour are never refused.
    for _ in 0..3 {
        assert_eq!(useless(&stage, &login, 40).await, 40);
        stage.clock.advance(3_600);
    }
}

#[tokio::test]
async fn logins_after_an_expiry_or_an_invalidation_do_not_count() {
    let (stage, login) = (Stage::new(numbered), login());
    for round in 0..200 {
        let cached = stage.token(&login).await;
        match round % 2 {
            0 => stage.source.invalidate(&login, cached.token.value.expose()),
            _ => stage.clock.advance(10),
        }
    }
    assert!(stage.script.posts() >= 100);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_down_uses_up_no_login() {
    let down = || Reply::Answer(503, String::new());
    let stage = Stage::new(move |sent| if sent.number < 300 { down() } else { numbered(sent) });
    for _ in 0..100 {
        assert_eq!(ask(&stage).await.code, Code::ServerUnavailable);
    }
    assert_eq!(stage.script.posts(), 300);
    stage.token(&login()).await;
}
