//! Every known refresh token leads to the newest of its lineage.

use jsforce_connection_manager::clock::Clock as _;

use super::*;

#[test]
fn another_secret_app_or_host_finds_nothing() {
    let known = Arc::new(KnownLineages::new(CAPACITY).unwrap());
    let lineage = |authentication, token: &str| {
        let token = secret("refreshToken", token).unwrap();
        let client = client_by(authentication);
        known.find_or_begin(&client, token, None).unwrap()
    };
    let form = |text| ClientAuthentication::Form(secret("clientSecret", text).unwrap());
    let basic = |text| ClientAuthentication::Basic(secret("clientSecret", text).unwrap());
    let key = || ClientAuthentication::Assertion(Arc::new(SigningKey::parse(KEY).unwrap()));
    let at = |id, login_url| {
        let client = Client::new(id, form("right"), login_url).unwrap();
        known.find_or_begin(&client, secret("refreshToken", "token").unwrap(), None).unwrap()
    };
    let right = lineage(form("right"), "token");
    assert!(Arc::ptr_eq(&right, &lineage(form("right"), "token")));
    assert!(Arc::ptr_eq(&right, &lineage(basic("right"), "token")));
    for other in [
        lineage(form("wrong"), "token"),
        lineage(ClientAuthentication::None, "token"),
        lineage(key(), "token"),
        lineage(form("right"), "other"),
        at("3MVG9.other", ORG),
        at("3MVG9.client", "https://other.my.salesforce.com"),
    ] {
        assert!(!Arc::ptr_eq(&right, &other));
    }
}

#[test]
fn a_full_table_refuses_new_lineages_and_finds_the_old_ones() {
    let known = Arc::new(KnownLineages::new(2).unwrap());
    let client = support::issuer::client();
    let find =
        |token: &str| known.find_or_begin(&client, secret("refreshToken", token).unwrap(), None);
    let used = |token: &str| {
        let lineage = find(token).unwrap();
        known.add(&client, &secret("refreshToken", token).unwrap(), &lineage);
        lineage
    };
    let first = used("one");
    used("two");
    assert_eq!(find("three").err().unwrap().code, Code::RefreshTokensFull);
    assert!(Arc::ptr_eq(&first, &find("one").unwrap()));
    // A rotation is never refused, because its refresh token has come already.
    known.add(&client, &secret("refreshToken", "one-b").unwrap(), &first);
    assert!(Arc::ptr_eq(&first, &find("one-b").unwrap()));
    assert!(known.forget(&first));
    assert!(!known.forget(&first));
    assert!(!Arc::ptr_eq(&first, &find("one").unwrap()));
}

#[test]
fn a_refresh_token_that_was_never_sent_is_known_while_a_login_has_it() {
    let known = Arc::new(KnownLineages::new(1).unwrap());
    let client = support::issuer::client();
    let find = |number: usize| {
        let token = secret("refreshToken", &format!("token-{number}")).unwrap();
        known.find_or_begin(&client, token, None).unwrap()
    };
    let held = find(0);
    let gone: Vec<_> = (1..10_000).map(|number| Arc::downgrade(&find(number))).collect();
    assert!(gone.iter().all(|lineage| lineage.upgrade().is_none()));
    assert!(Arc::ptr_eq(&held, &find(0)));
}

#[tokio::test]
async fn the_first_refresh_token_gets_the_access_token_of_the_newest() {
    let stage = stage(Issuer::rotating());
    let first = stage.issuer.log_in();
    for round in 1..=3 {
        let token = stage.token(&stage.login(&first)).await.unwrap();
        assert_eq!(token, format!("access-{round}"));
        // A hit for every refresh token of the lineage.
        for older in 0..=round {
            let login = stage.login(&format!("refresh-{older}"));
            assert_eq!(stage.token(&login).await.unwrap(), token);
        }
        stage.clock.advance(3_600);
    }
    assert_eq!((stage.issuer.posts(), stage.issuer.reuses()), (3, 0));
}

#[tokio::test]
async fn a_clear_drops_access_tokens_and_no_lineage() {
    let stage = stage(Issuer::rotating());
    let first = stage.issuer.log_in();
    stage.token(&stage.login(&first)).await.unwrap();
    assert_eq!(stage.source.clear(), 1);
    assert_eq!(stage.token(&stage.login(&first)).await.unwrap(), "access-2");
    assert_eq!(stage.issuer.reuses(), 0);
}

#[tokio::test]
async fn fault_43_two_sources_take_turns_with_one_refresh_token() {
    let stage = stage(Issuer::new(true, |_| Fate::Answered(Duration::from_millis(5))));
    let login = stage.login(&stage.issuer.log_in());
    let other = source(&stage.issuer, &stage.clock);
    let (one, two) = tokio::join!(stage.token(&login), token_of(&other, &login, BUDGET));
    assert!(one.is_ok() && two.is_ok());
    assert_eq!((stage.issuer.posts(), stage.issuer.reuses()), (2, 0));
}

#[tokio::test]
async fn a_forgotten_lineage_ends_for_all_its_logins() {
    let stage = stage(Issuer::rotating());
    let old = stage.login(&stage.issuer.log_in());
    stage.token(&old).await.unwrap();
    let other = source(&stage.issuer, &stage.clock);
    token_of(&other, &old, BUDGET).await.unwrap();
    assert!(stage.source.forget(&old));
    assert!(old.is_forgotten());
    assert!(stage.source.cached(&old).is_none() && other.cached(&old).is_none());
    // A login with the newest token begins a new lineage. A login of the old lineage sends nothing.
    let new = stage.login("refresh-2");
    assert_eq!(stage.token(&new).await.unwrap(), "access-3");
    for source in [&stage.source, &other] {
        let failure = refused(token_of(source, &old, BUDGET).await);
        assert_eq!(failure.code, Code::RefreshTokenInvalid);
        assert!(failure.what.contains("forgetRefreshToken()"));
    }
    assert_eq!((stage.issuer.posts(), stage.issuer.reuses()), (3, 0));
}

#[tokio::test]
async fn an_answer_for_a_forgotten_lineage_is_forgotten_too() {
    let stage = stage(Issuer::new(true, |_| Fate::Answered(Duration::from_millis(20))));
    let login = stage.login(&stage.issuer.log_in());
    let asked = stage.source.ask(&login, BUDGET, STORES, None);
    stage.source.forget(&login);
    assert_eq!(refused(asked.await).code, Code::RefreshTokenInvalid);
    assert!(stage.source.cached(&login).is_none());
    assert_eq!(stage.source.stats().in_flight, 0);
}

#[tokio::test]
async fn the_refresh_token_of_a_forgotten_lineage_is_not_offered() {
    let stage = stage(Issuer::rotating());
    let login = stage.login(&stage.issuer.log_in());
    stage.offer(&login).await.failed("The database is away.");
    let Grant::RefreshToken(token) = &login.grant else { unreachable!() };
    let waiting = Waiting::at(&token.lineage, true);
    stage.source.forget(&login);
    assert!(waiting.take(stage.clock.now(), Duration::from_secs(5)).is_none());
}

#[tokio::test]
async fn a_source_does_not_hand_out_a_token_granted_to_another() {
    let stage = stage(Issuer::new(true, |_| Fate::Answered(Duration::from_secs(2))));
    let login = stage.login(&stage.issuer.log_in());
    tokio::time::pause();
    let hurried = stage.source.ask(&login, Duration::from_secs(1), STORES, None);
    assert_eq!(refused(hurried.await).code, Code::Deadline);
    tokio::time::sleep(Duration::from_secs(5)).await;
    let other = source(&stage.issuer, &stage.clock);
    offer_in(other.ask(&login, BUDGET, STORES, None).await).0.stored();
    offer_in(other.ask(&login, BUDGET, STORES, None).await).0.stored();
    assert_eq!(token_in(other.ask(&login, BUDGET, STORES, None).await), "access-2");
    assert_eq!((stage.issuer.posts(), stage.issuer.reuses()), (2, 0));
}
