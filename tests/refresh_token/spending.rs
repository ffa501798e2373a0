//! A refresh token is sent once, and never again if it may be spent.

use jsforce_connection_manager::grant::authorization_code::AuthorizationCode;

use super::*;

#[tokio::test]
async fn without_rotation_the_same_refresh_token_is_sent_again() {
    let stage = stage(Issuer::new(false, |_| AT_ONCE));
    let login = stage.login(&stage.issuer.log_in());
    for _ in 0..3 {
        assert!(matches!(stage.ask(&login).await, Ok(Answer::Token(_))));
        stage.clock.advance(3_600);
    }
    assert_eq!(stage.issuer.posts(), 3);
}

#[tokio::test]
async fn fault_6_92_a_lost_answer_is_told_and_the_same_call_sends_nothing_again() {
    for fate in [
        Fate::Lost(Duration::ZERO, Code::NetworkReset),
        Fate::Lost(Duration::ZERO, Code::NetworkTimeout),
        Fate::Garbled(200, "{".into()),
        Fate::Garbled(200, "<html>".into()),
        Fate::Garbled(502, "<html>".into()),
        Fate::Garbled(503, "<html>".into()),
        Fate::Garbled(408, String::new()),
        Fate::Garbled(400, r#"{"error":"server_error"}"#.into()),
        Fate::Garbled(500, r#"{"error":"server_error"}"#.into()),
    ] {
        let told = format!("{fate:?}");
        let stage = stage(Issuer::new(true, move |_| fate.clone()));
        let login = stage.login(&stage.issuer.log_in());
        for _ in 0..3 {
            let failure = refused(stage.ask(&login).await);
            assert_eq!((failure.code, failure.retryable), (Code::RefreshUncertain, true), "{told}");
        }
        // A clear does not bring the token back either.
        stage.source.clear();
        assert_eq!(refused(stage.ask(&login).await).code, Code::RefreshUncertain, "{told}");
        assert_eq!(stage.issuer.posts(), 1, "{told}");
    }
}

/// A maintenance page at the first call, of an app that does not rotate.
#[tokio::test]
async fn fault_92_a_later_call_sends_the_token_once_more_and_everything_continues() {
    for rotates in [None, Some(true)] {
        let page = |n| if n == 0 { Fate::Instead(503, "<html>".into()) } else { AT_ONCE };
        let stage = stage(Issuer::new(false, page));
        let login = told(&stage, &stage.issuer.log_in(), rotates);
        let first = refused(stage.ask(&login).await);
        assert_eq!((first.code, first.attempts), (Code::RefreshUncertain, 1));
        let soon = refused(stage.ask(&login).await);
        assert_eq!((soon.attempts, soon.retry_after), (0, Some(Duration::from_secs(1))));
        stage.clock.advance(1);
        stage.token(&login).await.unwrap();
        assert_eq!((stage.issuer.posts(), stage.issuer.reuses()), (2, 0));
    }
}

#[tokio::test]
async fn fault_92_a_token_that_was_rotated_unseen_ends_with_the_next_send() {
    let lost = |n| if n == 0 { Fate::Lost(Duration::ZERO, Code::NetworkReset) } else { AT_ONCE };
    let stage = stage(Issuer::new(true, lost));
    let login = stage.login(&stage.issuer.log_in());
    assert_eq!(refused(stage.ask(&login).await).code, Code::RefreshUncertain);
    stage.clock.advance(1);
    assert_eq!(refused(stage.ask(&login).await).code, Code::RefreshTokenInvalid);
    stage.clock.advance(3_600);
    assert_eq!(refused(stage.ask(&login).await).code, Code::RefreshTokenInvalid);
    assert_eq!((stage.issuer.posts(), stage.issuer.reuses()), (2, 0));
}

#[tokio::test]
async fn fault_92_sends_without_an_answer_are_a_second_apart_doubling_to_a_minute() {
    let stage = stage(Issuer::new(true, |_| Fate::Instead(503, String::new())));
    let login = stage.login(&stage.issuer.log_in());
    let mut pauses = Vec::new();
    for _ in 0..9 {
        let (posts, mut seconds) = (stage.issuer.posts(), 0);
        while stage.issuer.posts() == posts {
            assert_eq!(refused(stage.ask(&login).await).code, Code::RefreshUncertain);
            if stage.issuer.posts() == posts {
                stage.clock.advance(1);
                seconds += 1;
            }
        }
        pauses.push(seconds);
    }
    assert_eq!(pauses, [0, 1, 2, 4, 8, 16, 32, 60, 60]);
}

#[tokio::test]
async fn fault_92_nothing_is_sent_again_while_an_access_token_is_alive() {
    let fate = |n| if n == 1 { Fate::Instead(503, String::new()) } else { AT_ONCE };
    let stage = stage(Issuer::new(true, fate));
    let login = stage.login(&stage.issuer.log_in());
    stage.stores(&login).await;
    let ticket = stage.source.cached(&login).and_then(|cached| cached.ticket).unwrap();
    for _ in 0..100 {
        stage.clock.advance(30);
        stage.source.renew(&login, ticket);
        assert_eq!(stage.stores(&login).await, "access-1");
    }
    assert_eq!(stage.issuer.posts(), 1);
}

/// The second use of a rotated token would revoke the access token that another manager uses.
#[tokio::test]
async fn fault_92_nor_while_another_source_has_a_live_access_token() {
    let fate = |n| if n == 1 { Fate::Lost(Duration::ZERO, Code::NetworkReset) } else { AT_ONCE };
    let stage = stage(Issuer::new(true, fate));
    let login = stage.login(&stage.issuer.log_in());
    stage.stores(&login).await;
    let other = source_beside(&stage);
    for _ in 0..10 {
        let failure = refused(token_of(&other, &login, BUDGET).await);
        assert_eq!(failure.code, Code::RefreshUncertain);
        stage.clock.advance(60);
    }
    assert_eq!(stage.issuer.posts(), 2);
    // The API answers 401 to it: nothing is lost by a second use.
    stage.source.reject(&login, "access-1");
    assert_eq!(refused(token_of(&other, &login, BUDGET).await).code, Code::RefreshTokenInvalid);
    assert_eq!((stage.issuer.posts(), stage.issuer.reuses()), (3, 0));
}

#[tokio::test]
async fn fault_92_what_one_users_answer_tells_of_rotation_holds_for_the_app() {
    let lost = |n| if n == 1 { Fate::Lost(Duration::ZERO, Code::NetworkReset) } else { AT_ONCE };
    let stage = stage(Issuer::new(false, lost));
    let (one, other) = (stage.issuer.log_in(), stage.issuer.log_in());
    stage.token(&stage.login(&one)).await.unwrap();
    // Of an app that does not rotate, a lost answer is no doubt.
    let failure = refused(stage.token(&stage.login(&other)).await);
    assert_eq!((failure.code, failure.retryable), (Code::NetworkReset, true));
    stage.token(&stage.login(&other)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn fault_43_a_request_that_met_another_one_is_sent_again_inside_the_call() {
    let busy = r#"{"error":"invalid_grant","error_description":"Token request is already being processed"}"#;
    let fate = move |n| if n < 2 { Fate::Instead(400, busy.into()) } else { AT_ONCE };
    let stage = stage(Issuer::new(true, fate));
    let login = stage.login(&stage.issuer.log_in());
    assert_eq!(stage.stores(&login).await, "access-1");
    assert_eq!((stage.issuer.posts(), stage.issuer.reuses()), (3, 0));
}

#[tokio::test]
async fn a_panic_after_the_token_was_sent_leaves_it_marked() {
    let stage = stage(Issuer::new(true, |_| Fate::Panics));
    let login = stage.login(&stage.issuer.log_in());
    assert_eq!(refused(stage.ask(&login).await).code, Code::Internal);
    assert_eq!(refused(stage.ask(&login).await).code, Code::RefreshUncertain);
    assert_eq!(stage.issuer.posts(), 1);
}

#[tokio::test]
async fn without_rotation_a_lost_answer_is_asked_for_again() {
    let lost = || Fate::Lost(Duration::ZERO, Code::NetworkReset);
    // The first answer shows that the app does not rotate.
    let learnt = stage(Issuer::new(false, move |n| if n == 1 { lost() } else { AT_ONCE }));
    let login = learnt.login(&learnt.issuer.log_in());
    learnt.token(&login).await.unwrap();
    learnt.clock.advance(3_600);
    let failure = refused(learnt.ask(&login).await);
    assert_eq!((failure.code, failure.retryable), (Code::NetworkReset, true));
    learnt.token(&login).await.unwrap();
    // Or the configuration says so. One call still sends one request.
    let told = stage(Issuer::new(false, move |n| if n == 0 { lost() } else { AT_ONCE }));
    let token = secret("refreshToken", &told.issuer.log_in()).unwrap();
    let (known, client) = (told.known.clone(), support::issuer::client());
    let login = login_by(&known, client, token, Some(false), Life::default());
    let login = login.unwrap();
    assert_eq!(refused(told.ask(&login).await).code, Code::NetworkReset);
    assert_eq!(told.issuer.posts(), 1);
    told.token(&login).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn fault_43_without_rotation_a_fleet_takes_turns_with_one_token() {
    let busy = || {
        let body = r#"{"error":"invalid_grant","error_description":"token request is already being processed"}"#;
        Fate::Instead(400, body.into())
    };
    let stage = stage(Issuer::new(false, move |n| if n % 3 == 0 { AT_ONCE } else { busy() }));
    let login = stage.login(&stage.issuer.log_in());
    stage.token(&login).await.unwrap();
    stage.clock.advance(3_600);
    stage.token(&login).await.unwrap();
    assert_eq!(stage.issuer.posts(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_never_left_is_sent_again_in_the_same_call() {
    let stage = stage(Issuer::new(true, |n| if n < 2 { Fate::Unsent } else { AT_ONCE }));
    let login = stage.login(&stage.issuer.log_in());
    stage.token(&login).await.unwrap();
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
        (429, String::new(), Code::RateLimited),
        (404, "<html>".into(), Code::BadResponse),
        (302, String::new(), Code::RedirectRefused),
    ] {
        let told = format!("{status} {body}");
        let fate = Fate::Instead(status, body);
        let stage = stage(Issuer::new(true, move |n| if n == 0 { fate.clone() } else { AT_ONCE }));
        let login = stage.login(&stage.issuer.log_in());
        assert_eq!(refused(stage.token(&login).await).code, code, "{told}");
        assert_eq!(stage.issuer.posts(), 1, "{told}: a refresh token is sent once in a call");
        stage.source.clear();
        assert_eq!(stage.token(&login).await.unwrap(), "access-1", "{told}");
        assert_eq!(stage.issuer.reuses(), 0);
    }
}

#[tokio::test]
async fn a_token_that_the_server_does_not_know_is_never_sent_again() {
    for description in ["expired access/refresh token", "token validity expired", "who knows"] {
        let body = format!(r#"{{"error":"invalid_grant","error_description":"{description}"}}"#);
        let stage = stage(Issuer::new(true, move |_| Fate::Instead(400, body.clone())));
        let login = stage.login(&stage.issuer.log_in());
        for _ in 0..3 {
            let failure = refused(stage.token(&login).await);
            assert_eq!(failure.code, Code::RefreshTokenInvalid);
            stage.clock.advance(3_600);
            stage.source.clear();
        }
        // More calls than logins may fail in an hour, because none of these calls was a login.
        for _ in 0..100 {
            assert_eq!(refused(stage.token(&login).await).code, Code::RefreshTokenInvalid);
        }
        assert_eq!((stage.issuer.posts(), stage.source.stats().failures), (1, 1));
    }
}

#[tokio::test]
async fn a_grant_that_cannot_be_used_spends_nothing_if_it_brings_no_refresh_token() {
    for (body, code) in [
        (r#"{"access_token":"a","instance_url":"https://evil.test"}"#, Code::InstanceUrlRefused),
        (r#"{"access_token":"a","token_type":"DPoP"}"#, Code::DpopRequired),
    ] {
        let fate = move |n| if n == 0 { Fate::Garbled(200, body.into()) } else { AT_ONCE };
        let stage = stage(Issuer::new(false, fate));
        let login = stage.login(&stage.issuer.log_in());
        assert_eq!(refused(stage.token(&login).await).code, code);
        let mended = source(&stage.issuer, &stage.clock);
        let token = token_of(&mended, &login, BUDGET).await;
        assert!(token.is_ok(), "{code:?}");
        assert_eq!(stage.issuer.posts(), 2);
    }
}

#[tokio::test]
async fn an_error_beside_a_new_refresh_token_shows_nothing_that_was_sent() {
    let body = r#"{"error":"odd","error_description":"s3cret of refresh-0","refresh_token":"new"}"#;
    let stage = stage(Issuer::new(true, |_| Fate::Garbled(200, body.into())));
    let login = stage.login(&stage.issuer.log_in());
    let (offer, resume) = offer_in(stage.ask(&login).await);
    assert_eq!(*offer.refresh_token.expose(), "new");
    offer.stored();
    let failure = refused(stage.source.ask(&login, BUDGET, STORES, Some(resume)).await);
    let told = format!("{failure} {:?}", failure.error_description);
    assert!(!told.contains("s3cret") && !told.contains("refresh-0"), "{told}");
    assert!(told.contains("Token host"), "{told}");
}

#[tokio::test]
async fn a_code_whose_answer_was_lost_may_be_spent_and_is_not_retryable() {
    let lost = |code| Fate::Lost(Duration::ZERO, code);
    for (fate, code, retryable) in [
        (lost(Code::NetworkReset), Code::AuthorizationCodeInvalid, false),
        (lost(Code::NetworkTimeout), Code::AuthorizationCodeInvalid, false),
        (Fate::Garbled(503, String::new()), Code::AuthorizationCodeInvalid, false),
        (Fate::Garbled(200, "{".into()), Code::AuthorizationCodeInvalid, false),
        (Fate::Instead(429, String::new()), Code::RateLimited, true),
        (
            Fate::Instead(400, r#"{"error":"invalid_client"}"#.into()),
            Code::ClientCredentialsInvalid,
            false,
        ),
    ] {
        let stage = stage(Issuer::new(true, move |_| fate.clone()));
        let code_of = |text| secret("code", text).unwrap();
        let sent = AuthorizationCode {
            code: code_of("a-code"),
            verifier: code_of("a-verifier"),
            redirect_uri: "http://localhost:1717/".into(),
        };
        let redeemed = stage.source.redeem(&support::issuer::client(), &sent).await;
        let failure = redeemed.err().expect("a failure");
        assert_eq!((failure.code, failure.retryable), (code, retryable), "{failure}");
        assert_eq!(stage.issuer.posts(), 1, "{failure}");
    }
}

#[tokio::test]
async fn an_app_authenticates_itself_by_form_header_or_assertion() {
    let secret_of = |text| secret("clientSecret", text).unwrap();
    let ways = [
        ClientAuthentication::None,
        ClientAuthentication::Form(secret_of("s3c/r+t")),
        ClientAuthentication::Basic(secret_of("s3c/r+t")),
        ClientAuthentication::Assertion(Arc::new(SigningKey::parse(KEY).unwrap())),
    ];
    let stage = stage(Issuer::rotating());
    for way in ways {
        let token = secret("refreshToken", &stage.issuer.log_in()).unwrap();
        let (known, client) = (stage.known.clone(), client_by(way));
        let login = login_by(&known, client, token, None, Life::default());
        stage.token(&login.unwrap()).await.unwrap();
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

#[tokio::test]
async fn a_new_refresh_token_that_cannot_be_read_leaves_the_old_one_spent() {
    for value in [r#""""#, r#""a b""#, "17", r#"["a"]"#, r#""a","refresh_token":"b""#] {
        let body = format!(
            r#"{{"access_token":"access","instance_url":"{ORG}","refresh_token":{value}}}"#
        );
        let stage = stage(Issuer::new(true, move |_| Fate::Garbled(200, body.clone())));
        let login = stage.login(&stage.issuer.log_in());
        assert_eq!(stage.token(&login).await.unwrap(), "access", "{value}");
        stage.clock.advance(3_600);
        assert_eq!(refused(stage.token(&login).await).code, Code::RefreshTokenInvalid, "{value}");
        assert_eq!(stage.issuer.posts(), 1);
    }
}

#[tokio::test]
async fn an_array_is_no_answer_and_its_elements_no_refresh_token() {
    let stage = stage(Issuer::new(true, |_| Fate::Garbled(200, r#"["login"]"#.into())));
    let login = stage.login(&stage.issuer.log_in());
    assert_eq!(refused(stage.ask(&login).await).code, Code::RefreshUncertain);
}

#[tokio::test]
async fn an_unreadable_successor_means_a_spent_token_whatever_the_user_says() {
    let body = format!(r#"{{"access_token":"a","instance_url":"{ORG}","refresh_token":17}}"#);
    let stage = stage(Issuer::new(true, move |_| Fate::Garbled(200, body.clone())));
    let token = stage.issuer.log_in();
    let login = told(&stage, &token, Some(false));
    stage.token(&login).await.unwrap();
    stage.clock.advance(3_600);
    assert_eq!(refused(stage.token(&login).await).code, Code::RefreshTokenInvalid);
    assert_eq!(stage.issuer.reuses(), 0);
}

#[tokio::test]
async fn the_users_setting_of_rotation_outweighs_the_answers() {
    let fate = |n| if n == 1 { Fate::Lost(Duration::ZERO, Code::NetworkReset) } else { AT_ONCE };
    let stage = stage(Issuer::new(false, fate));
    let token = stage.issuer.log_in();
    let login = told(&stage, &token, Some(true));
    stage.token(&login).await.unwrap();
    stage.clock.advance(3_600);
    for _ in 0..2 {
        assert_eq!(refused(stage.token(&login).await).code, Code::RefreshUncertain);
    }
    // The advice of the hint works in the same process.
    stage.token(&told(&stage, &token, Some(false))).await.unwrap();
    assert_eq!(stage.issuer.posts(), 3);
}

/// A login by this refresh token, with the user's setting of rotation.
fn told(stage: &Stage, token: &str, rotates: Option<bool>) -> Login {
    let token = secret("refreshToken", token).unwrap();
    let (known, client) = (stage.known.clone(), support::issuer::client());
    login_by(&known, client, token, rotates, Life::default()).unwrap()
}
