//! Refresh tokens: spent once, kept before they are used, never forgotten.

mod support;

use std::sync::Arc;
use std::time::Duration;

use jsforce_connection_manager::client::{ClientAuthentication, secret};
use jsforce_connection_manager::deadlines::Deadlines;
use jsforce_connection_manager::failure::{Code, Failure};
use jsforce_connection_manager::holder::Holder;
use jsforce_connection_manager::lineage::Offer;
use jsforce_connection_manager::lineages::{CAPACITY, Lineages};
use jsforce_connection_manager::private_key::SigningKey;
use jsforce_connection_manager::source::{Answer, Keeping, TokenSource};
use jsforce_connection_manager::token::Life;

use support::clock::ManualClock;
use support::issuer::{Fate, Issuer, client_by, holder_of};
use support::{BUDGET, KEY, refused};

const KEEPS: Keeping = Keeping::Within(Duration::from_secs(5));
const AT_ONCE: Fate = Fate::Answered(Duration::ZERO);

struct Stage {
    issuer: Arc<Issuer>,
    clock: Arc<ManualClock>,
    lineages: Arc<Lineages>,
    source: Arc<TokenSource>,
}

fn stage(issuer: Arc<Issuer>) -> Stage {
    let clock = Arc::<ManualClock>::default();
    let lineages = Arc::new(Lineages::new(CAPACITY).unwrap());
    let source = source(&issuer, &clock);
    Stage { issuer, clock, lineages, source }
}

fn source(issuer: &Arc<Issuer>, clock: &Arc<ManualClock>) -> Arc<TokenSource> {
    let deadlines = Arc::<Deadlines>::default();
    Arc::new(TokenSource::new(issuer.clone(), clock.clone(), deadlines, 100, vec![]))
}

impl Stage {
    fn holder(&self, refresh_token: &str) -> Holder {
        holder_of(&self.lineages, refresh_token)
    }

    /// A caller that keeps nothing.
    async fn token(&self, holder: &Holder) -> Result<String, Arc<Failure>> {
        self.source.token(holder, BUDGET).await.map(|kept| kept.token.value.expose().clone())
    }

    /// A caller that can keep.
    async fn ask(&self, holder: &Holder) -> Result<Answer, Arc<Failure>> {
        self.source.ask(holder, BUDGET, KEEPS).await
    }

    async fn offer(&self, holder: &Holder) -> Offer {
        offer_in(self.ask(holder).await)
    }
}

#[track_caller]
fn offer_in(answer: Result<Answer, Arc<Failure>>) -> Offer {
    match answer {
        Ok(Answer::Offer(offer)) => offer,
        Ok(Answer::Token(_)) => panic!("a token, and nobody was asked to keep anything"),
        Err(failure) => panic!("{failure}"),
    }
}

#[track_caller]
fn token_in(answer: Result<Answer, Arc<Failure>>) -> String {
    match answer {
        Ok(Answer::Token(kept)) => kept.token.value.expose().clone(),
        Ok(Answer::Offer(_)) => panic!("an offer in place of a token"),
        Err(failure) => panic!("{failure}"),
    }
}

#[tokio::test]
async fn whoever_passes_the_first_refresh_token_gets_what_the_youngest_is_good_for() {
    let stage = stage(Issuer::rotating());
    let first = stage.issuer.log_in();
    for round in 1..=3 {
        let token = stage.token(&stage.holder(&first)).await.unwrap();
        assert_eq!(token, format!("access-{round}"));
        // A hit for every refresh token of the lineage.
        for older in 0..=round {
            let holder = stage.holder(&format!("refresh-{older}"));
            assert_eq!(stage.token(&holder).await.unwrap(), token);
        }
        stage.clock.advance(3_600);
    }
    assert_eq!((stage.issuer.posts(), stage.issuer.reuses()), (3, 0));
}

#[tokio::test]
async fn without_rotation_the_same_refresh_token_is_sent_again() {
    let stage = stage(Issuer::new(false, |_| AT_ONCE));
    let holder = stage.holder(&stage.issuer.log_in());
    for _ in 0..3 {
        assert!(matches!(stage.ask(&holder).await, Ok(Answer::Token(_))));
        stage.clock.advance(3_600);
    }
    assert_eq!(stage.issuer.posts(), 3);
}

#[tokio::test]
async fn a_new_refresh_token_is_kept_before_anybody_gets_the_access_token() {
    let stage = stage(Issuer::rotating());
    let holder = stage.holder(&stage.issuer.log_in());
    let offer = stage.offer(&holder).await;
    assert_eq!(*offer.refresh_token.expose(), "refresh-1");
    assert_eq!(*offer.replaced.expose(), "refresh-0");
    let (source, other) = (stage.source.clone(), holder.clone());
    let waiter = tokio::spawn(async move { source.ask(&other, BUDGET, KEEPS).await });
    tokio::task::yield_now().await;
    assert!(stage.source.kept(&holder).is_none());
    assert!(!waiter.is_finished());
    offer.kept();
    assert_eq!(token_in(waiter.await.unwrap()), "access-1");
    assert_eq!(token_in(stage.ask(&holder).await), "access-1");
    assert_eq!(stage.issuer.posts(), 1);
}

#[tokio::test]
async fn if_keeping_fails_nobody_gets_the_token_and_the_next_call_keeps_first() {
    let stage = stage(Issuer::rotating());
    let holder = stage.holder(&stage.issuer.log_in());
    let offer = stage.offer(&holder).await;
    let (source, other) = (stage.source.clone(), holder.clone());
    let waiter = tokio::spawn(async move { source.ask(&other, BUDGET, KEEPS).await });
    tokio::task::yield_now().await;
    offer.failed("The database is away.");
    let failure = refused(waiter.await.unwrap());
    assert_eq!((failure.code, failure.retryable), (Code::RefreshNotPersisted, true));
    assert!(failure.to_string().contains("The database is away."));
    drop(offer);
    let again = stage.offer(&holder).await;
    assert_eq!(*again.refresh_token.expose(), "refresh-1");
    again.kept();
    assert_eq!(token_in(stage.ask(&holder).await), "access-1");
    assert_eq!((stage.issuer.posts(), stage.issuer.reuses()), (1, 0));
}

#[tokio::test]
async fn a_call_right_after_keeping_failed_keeps_and_does_not_hear_of_the_failure() {
    let stage = stage(Issuer::rotating());
    let holder = stage.holder(&stage.issuer.log_in());
    let offer = stage.offer(&holder).await;
    offer.failed("The database is away.");
    // The flight was not told yet: this call joins it.
    let again = stage.offer(&holder).await;
    again.kept();
    assert_eq!(token_in(stage.ask(&holder).await), "access-1");
    assert_eq!((stage.issuer.posts(), stage.issuer.reuses()), (1, 0));
}

#[tokio::test]
async fn an_offer_whose_keeper_goes_away_is_made_to_the_next_who_waits() {
    let stage = stage(Issuer::rotating());
    let holder = stage.holder(&stage.issuer.log_in());
    let offer = stage.offer(&holder).await;
    let (source, other) = (stage.source.clone(), holder.clone());
    let waiter = tokio::spawn(async move { source.ask(&other, BUDGET, KEEPS).await });
    tokio::task::yield_now().await;
    drop(offer);
    let second = offer_in(waiter.await.unwrap());
    drop(second);
    // Nobody waits any more: the next call is asked first.
    let third = stage.offer(&holder).await;
    assert_eq!(*third.refresh_token.expose(), "refresh-1");
    third.kept();
    assert_eq!(token_in(stage.ask(&holder).await), "access-1");
    assert_eq!(stage.issuer.posts(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_offer_whose_keeper_is_stuck_lapses_and_a_late_yes_still_counts() {
    let stage = stage(Issuer::rotating());
    let holder = stage.holder(&stage.issuer.log_in());
    let stuck = stage.offer(&holder).await;
    assert_eq!(refused(stage.ask(&holder).await).code, Code::Deadline);
    stage.clock.advance(7);
    let second = stage.offer(&holder).await;
    stuck.failed("Too late to say so.");
    assert_eq!(refused(stage.ask(&holder).await).code, Code::Deadline);
    stuck.kept();
    assert_eq!(token_in(stage.ask(&holder).await), "access-1");
    second.failed("It is settled.");
    assert_eq!(token_in(stage.ask(&holder).await), "access-1");
}

#[tokio::test]
async fn those_who_cannot_keep_leave_it_to_those_who_can() {
    let stage = stage(Issuer::new(true, |_| Fate::Answered(Duration::from_millis(20))));
    let holder = stage.holder(&stage.issuer.log_in());
    let (forgetful, able) = tokio::join!(stage.token(&holder), async {
        let offer = stage.offer(&holder).await;
        offer.kept();
        *offer.refresh_token.expose() == "refresh-1"
    });
    assert_eq!((forgetful.unwrap().as_str(), able), ("access-1", true));
}

#[tokio::test]
async fn a_lost_answer_is_told_and_the_token_is_not_sent_again() {
    for fate in [
        Fate::Lost(Duration::ZERO, Code::NetworkReset),
        Fate::Lost(Duration::ZERO, Code::NetworkTimeout),
        Fate::Garbled(200, "{".into()),
        Fate::Garbled(200, "<html>".into()),
        Fate::Garbled(502, "<html>".into()),
        Fate::Garbled(500, r#"{"error":"server_error"}"#.into()),
        Fate::Instead(
            400,
            r#"{"error":"invalid_grant","error_description":"Token request is already being processed"}"#.into(),
        ),
    ] {
        let told = format!("{fate:?}");
        let stage = stage(Issuer::new(true, move |_| fate.clone()));
        let holder = stage.holder(&stage.issuer.log_in());
        for _ in 0..3 {
            let failure = refused(stage.ask(&holder).await);
            assert_eq!((failure.code, failure.retryable), (Code::RefreshUncertain, false), "{told}");
        }
        // A clear does not bring the token back either, nor does time.
        stage.source.clear();
        stage.clock.advance(3_600);
        assert_eq!(refused(stage.ask(&holder).await).code, Code::RefreshUncertain, "{told}");
        assert_eq!(stage.issuer.posts(), 1, "{told}");
    }
}

#[tokio::test]
async fn a_panic_after_the_token_was_sent_leaves_it_marked() {
    let stage = stage(Issuer::new(true, |_| Fate::Panics));
    let holder = stage.holder(&stage.issuer.log_in());
    assert_eq!(refused(stage.ask(&holder).await).code, Code::Internal);
    assert_eq!(refused(stage.ask(&holder).await).code, Code::RefreshUncertain);
    assert_eq!(stage.issuer.posts(), 1);
}

#[tokio::test]
async fn where_tokens_do_not_rotate_a_lost_answer_is_asked_for_again() {
    let lost = || Fate::Lost(Duration::ZERO, Code::NetworkReset);
    // Known from the first answer.
    let learnt = stage(Issuer::new(false, move |n| if n == 1 { lost() } else { AT_ONCE }));
    let holder = learnt.holder(&learnt.issuer.log_in());
    learnt.token(&holder).await.unwrap();
    learnt.clock.advance(3_600);
    let failure = refused(learnt.ask(&holder).await);
    assert_eq!((failure.code, failure.retryable), (Code::NetworkReset, true));
    learnt.token(&holder).await.unwrap();
    // Or from the configuration. One call still sends once.
    let told = stage(Issuer::new(false, move |n| if n == 0 { lost() } else { AT_ONCE }));
    let token = secret("refreshToken", &told.issuer.log_in()).unwrap();
    let (lineages, client) = (told.lineages.clone(), support::issuer::client());
    let holder =
        Holder::of_refresh_token(lineages, client, token, Some(false), None, Life::default());
    let holder = holder.unwrap();
    assert_eq!(refused(told.ask(&holder).await).code, Code::NetworkReset);
    assert_eq!(told.issuer.posts(), 1);
    told.token(&holder).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn where_tokens_do_not_rotate_a_fleet_takes_turns_with_one() {
    let busy = || {
        let body = r#"{"error":"invalid_grant","error_description":"token request is already being processed"}"#;
        Fate::Instead(400, body.into())
    };
    let stage = stage(Issuer::new(false, move |n| if n % 3 == 0 { AT_ONCE } else { busy() }));
    let holder = stage.holder(&stage.issuer.log_in());
    stage.token(&holder).await.unwrap();
    stage.clock.advance(3_600);
    stage.token(&holder).await.unwrap();
    assert_eq!(stage.issuer.posts(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_never_left_is_sent_again_in_the_same_call() {
    let stage = stage(Issuer::new(true, |n| if n < 2 { Fate::Unsent } else { AT_ONCE }));
    let holder = stage.holder(&stage.issuer.log_in());
    stage.token(&holder).await.unwrap();
    assert_eq!((stage.issuer.posts(), stage.issuer.reuses()), (3, 0));
}

#[tokio::test]
async fn a_refusal_spends_nothing_and_says_what_it_is() {
    let oauth = |error: &str, description: &str| {
        format!(r#"{{"error":"{error}","error_description":"{description}"}}"#)
    };
    for (status, body, code) in [
        (
            400,
            oauth("invalid_client", "invalid client credentials"),
            Code::ClientCredentialsInvalid,
        ),
        (
            401,
            oauth("invalid_client", "client authentication failed"),
            Code::ClientCredentialsInvalid,
        ),
        (400, oauth("invalid_grant", "inactive user"), Code::UserInactive),
        (400, oauth("invalid_grant", "ip restricted"), Code::IpRestricted),
        (400, oauth("invalid_grant", "login rate exceeded"), Code::LoginRateExceeded),
        (503, "<html>".into(), Code::ServerUnavailable),
        (429, String::new(), Code::RateLimited),
        (404, "<html>".into(), Code::BadResponse),
        (302, String::new(), Code::RedirectRefused),
    ] {
        let told = format!("{status} {body}");
        let fate = Fate::Instead(status, body);
        let stage = stage(Issuer::new(true, move |n| if n == 0 { fate.clone() } else { AT_ONCE }));
        let holder = stage.holder(&stage.issuer.log_in());
        assert_eq!(refused(stage.token(&holder).await).code, code, "{told}");
        assert_eq!(stage.issuer.posts(), 1, "{told}: a refresh token is sent once in a call");
        stage.source.clear();
        assert_eq!(stage.token(&holder).await.unwrap(), "access-1", "{told}");
        assert_eq!(stage.issuer.reuses(), 0);
    }
}

#[tokio::test]
async fn a_token_that_the_server_does_not_know_is_never_sent_again() {
    for description in ["expired access/refresh token", "token validity expired", "who knows"] {
        let body = format!(r#"{{"error":"invalid_grant","error_description":"{description}"}}"#);
        let stage = stage(Issuer::new(true, move |_| Fate::Instead(400, body.clone())));
        let holder = stage.holder(&stage.issuer.log_in());
        for _ in 0..3 {
            let failure = refused(stage.token(&holder).await);
            assert_eq!(failure.code, Code::RefreshTokenInvalid);
            stage.clock.advance(3_600);
            stage.source.clear();
        }
        assert_eq!(stage.issuer.posts(), 1);
    }
}

#[tokio::test]
async fn a_new_refresh_token_survives_an_answer_that_is_otherwise_useless() {
    for (body, code) in [
        (r#"{"refresh_token":"refresh-1"}"#, Code::BadResponse),
        (
            r#"{"refresh_token":"refresh-1","access_token":"a","instance_url":"https://evil.example"}"#,
            Code::InstanceUrlRefused,
        ),
    ] {
        let garbled = Fate::Garbled(200, body.into());
        let fate = move |n| if n == 0 { garbled.clone() } else { AT_ONCE };
        let stage = stage(Issuer::new(true, fate));
        let holder = stage.holder(&stage.issuer.log_in());
        let offer = stage.offer(&holder).await;
        assert_eq!(*offer.refresh_token.expose(), "refresh-1");
        offer.kept();
        assert_eq!(refused(stage.ask(&holder).await).code, code);
        stage.source.clear();
        assert_eq!(stage.token(&holder).await.unwrap(), "access-2");
        assert_eq!(stage.issuer.reuses(), 0);
    }
}

#[tokio::test]
async fn a_clear_drops_access_tokens_and_no_lineage() {
    let stage = stage(Issuer::rotating());
    let first = stage.issuer.log_in();
    stage.token(&stage.holder(&first)).await.unwrap();
    assert_eq!(stage.source.clear(), 1);
    assert_eq!(stage.token(&stage.holder(&first)).await.unwrap(), "access-2");
    assert_eq!(stage.issuer.reuses(), 0);
}

#[tokio::test]
async fn two_sources_take_turns_with_one_refresh_token() {
    let stage = stage(Issuer::new(true, |_| Fate::Answered(Duration::from_millis(5))));
    let holder = stage.holder(&stage.issuer.log_in());
    let other = source(&stage.issuer, &stage.clock);
    let (one, two) = tokio::join!(stage.token(&holder), other.token(&holder, BUDGET));
    assert!(one.is_ok() && two.is_ok());
    assert_eq!((stage.issuer.posts(), stage.issuer.reuses()), (2, 0));
}

#[test]
fn who_has_another_secret_app_or_host_finds_nothing() {
    let lineages = Arc::new(Lineages::new(CAPACITY).unwrap());
    let lineage = |authentication, token: &str| {
        let token = secret("refreshToken", token).unwrap();
        let client = client_by(authentication);
        lineages.find_or_begin(&client, token, None).unwrap()
    };
    let form = |text| ClientAuthentication::Form(secret("clientSecret", text).unwrap());
    let basic = |text| ClientAuthentication::Basic(secret("clientSecret", text).unwrap());
    let key = || ClientAuthentication::Assertion(SigningKey::parse(KEY).unwrap());
    let right = lineage(form("right"), "token");
    assert!(Arc::ptr_eq(&right, &lineage(form("right"), "token")));
    assert!(Arc::ptr_eq(&right, &lineage(basic("right"), "token")));
    for other in [
        lineage(form("wrong"), "token"),
        lineage(ClientAuthentication::None, "token"),
        lineage(key(), "token"),
        lineage(form("right"), "other"),
    ] {
        assert!(!Arc::ptr_eq(&right, &other));
    }
}

#[test]
fn a_full_table_refuses_new_lineages_and_finds_the_old_ones() {
    let lineages = Arc::new(Lineages::new(2).unwrap());
    let client = support::issuer::client();
    let find =
        |token: &str| lineages.find_or_begin(&client, secret("refreshToken", token).unwrap(), None);
    let first = find("one").unwrap();
    find("two").unwrap();
    assert_eq!(find("three").err().unwrap().code, Code::RefreshTokensFull);
    assert!(Arc::ptr_eq(&first, &find("one").unwrap()));
    // A rotation is never refused: its token is here.
    lineages.add(&client, &secret("refreshToken", "one-b").unwrap(), &first);
    assert!(Arc::ptr_eq(&first, &find("one-b").unwrap()));
    assert!(lineages.forget(&first));
    assert!(!lineages.forget(&first));
    assert!(!Arc::ptr_eq(&first, &find("one").unwrap()));
}

#[tokio::test]
async fn an_app_proves_itself_in_the_form_the_header_or_by_assertion() {
    let secret_of = |text| secret("clientSecret", text).unwrap();
    let ways = [
        ClientAuthentication::None,
        ClientAuthentication::Form(secret_of("s3c/r+t")),
        ClientAuthentication::Basic(secret_of("s3c/r+t")),
        ClientAuthentication::Assertion(SigningKey::parse(KEY).unwrap()),
    ];
    let stage = stage(Issuer::rotating());
    for way in ways {
        let token = secret("refreshToken", &stage.issuer.log_in()).unwrap();
        let (lineages, client) = (stage.lineages.clone(), client_by(way));
        let holder = Holder::of_refresh_token(lineages, client, token, None, None, Life::default());
        stage.token(&holder.unwrap()).await.unwrap();
    }
    let seen = stage.issuer.seen();
    let field = |n: usize, name: &str| {
        let (form, _) = &seen[n];
        form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    };
    for n in 0..4 {
        assert_eq!(field(n, "grant_type").as_deref(), Some("refresh_token"));
    }
    assert_eq!(field(0, "client_id").as_deref(), Some("3MVG9.client"));
    assert_eq!(field(0, "client_secret"), None);
    assert_eq!(field(1, "client_secret").as_deref(), Some("s3c/r+t"));
    // base64 of `3MVG9.client:s3c%2Fr%2Bt`.
    assert_eq!(seen[2].1.as_deref(), Some("Basic M01WRzkuY2xpZW50OnMzYyUyRnIlMkJ0"));
    assert_eq!((field(2, "client_id"), field(2, "client_secret")), (None, None));
    let assertion = field(3, "client_assertion").unwrap();
    assert_eq!(assertion.split('.').count(), 3);
    assert_eq!((seen[0].1.clone(), seen[1].1.clone(), seen[3].1.clone()), (None, None, None));
}
