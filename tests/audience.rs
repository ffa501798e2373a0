//! Which audiences are tried, in which order, and what is remembered.

mod support;

use jsforce_connection_manager::failure::Code;
use jsforce_connection_manager::source::login::Login;

use support::script::{Reply, Sent, numbered, oauth_error};
use support::{Config, ORG, Stage, refused};

const LOGIN: &str = "https://login.salesforce.com";
const TEST: &str = "https://test.salesforce.com";
const SANDBOX: &str = "https://acme--dev.sandbox.my.salesforce.com";
const CHINA: &str = "https://acme.my.sfcrmproducts.cn";
const CHINA_SANDBOX: &str = "https://acme--dev.sandbox.my.sfcrmproducts.cn";
const MILITARY: &str = "https://acme.my.salesforce.mil";

fn wrong_audience() -> Reply {
    oauth_error("invalid_grant", "audience is invalid")
}

/// An app that takes assertions for one audience only.
fn wants(audience: &'static str) -> impl Fn(&Sent) -> Reply {
    move |sent| if sent.audience == audience { numbered(sent) } else { wrong_audience() }
}

fn holder_at(instance_url: &str, login_url: Option<&str>) -> Login {
    Config { instance_url, login_url, ..Config::default() }.login()
}

#[tokio::test]
async fn the_default_is_the_origin_of_the_login_url() {
    for (instance_url, login_url, audience) in [
        (ORG, None, ORG),
        ("https://ACME.my.salesforce.com./", None, ORG),
        (ORG, Some(LOGIN), LOGIN),
        (SANDBOX, Some(TEST), TEST),
    ] {
        let stage = Stage::new(wants(audience));
        stage.token(&holder_at(instance_url, login_url)).await;
        assert_eq!(stage.script.audiences(), [audience]);
        assert_eq!(stage.script.urls(), [format!("{audience}/services/oauth2/token")]);
    }
}

#[tokio::test]
async fn fault_60_the_other_audience_fits_the_kind_of_org_and_its_domain() {
    for (instance_url, login_url, first, second) in [
        (ORG, None, ORG, LOGIN),
        (SANDBOX, None, SANDBOX, TEST),
        (ORG, Some(LOGIN), LOGIN, ORG),
        (SANDBOX, Some(TEST), TEST, SANDBOX),
        (CHINA, None, CHINA, "https://login.sfcrmproducts.cn"),
        (CHINA, Some("https://login.sfcrmproducts.cn"), "https://login.sfcrmproducts.cn", CHINA),
        (CHINA_SANDBOX, None, CHINA_SANDBOX, "https://test.sfcrmproducts.cn"),
        (MILITARY, None, MILITARY, "https://login.salesforce.mil"),
    ] {
        let stage = Stage::new(wants(second));
        stage.token(&holder_at(instance_url, login_url)).await;
        assert_eq!(stage.script.audiences(), [first, second]);
        // The audience changes; the host that is asked does not.
        assert_eq!(stage.script.urls(), vec![format!("{first}/services/oauth2/token"); 2]);
    }
}

#[tokio::test]
async fn an_explicit_audience_is_the_only_one() {
    for audience in [LOGIN, ORG, "https://acme.my.site.com/customers"] {
        let stage = Stage::new(|_| wrong_audience());
        let login = Config { audience: Some(audience), ..Config::default() }.login();
        let failure = refused(stage.ask(&login).await);
        assert_eq!((failure.code, failure.attempts), (Code::AudienceInvalid, 1));
        assert_eq!(stage.script.audiences(), [audience]);
    }
}

#[tokio::test]
async fn a_missing_app_is_looked_for_with_the_other_audience() {
    let stage = Stage::new(|sent| match sent.audience.as_str() {
        LOGIN => numbered(sent),
        _ => oauth_error("app_not_found", "External client app is not installed in this org"),
    });
    stage.token(&holder_at(ORG, None)).await;
    assert_eq!(stage.script.audiences(), [ORG, LOGIN]);
}

#[tokio::test]
async fn other_refusals_are_not_about_the_audience() {
    let stage = Stage::new(|_| oauth_error("invalid_grant", "user hasn't approved this consumer"));
    assert_eq!(refused(stage.ask(&holder_at(ORG, None)).await).code, Code::UserNotApproved);
    assert_eq!(stage.script.audiences(), [ORG]);
}

#[tokio::test]
async fn the_audience_that_worked_is_remembered_for_the_app_until_a_clear() {
    let stage = Stage::new(wants(LOGIN));
    let mine = holder_at(ORG, None);
    stage.token(&mine).await;
    assert_eq!(stage.script.audiences(), [ORG, LOGIN]);
    stage.clock.advance(180);
    stage.token(&mine).await;
    assert_eq!(stage.script.audiences()[2..], [LOGIN], "the next mint of the same user");
    let other_user = Config { username: "other@acme.example", ..Config::default() }.login();
    stage.token(&other_user).await;
    assert_eq!(stage.script.audiences()[3..], [LOGIN], "another user of the same app");
    let other_app = Config { client_id: "3MVG9.other", ..Config::default() }.login();
    stage.token(&other_app).await;
    assert_eq!(stage.script.audiences()[4..], [ORG, LOGIN], "another app");
    assert_eq!(stage.source.clear(), 3);
    stage.token(&mine).await;
    assert_eq!(stage.script.audiences()[6..], [ORG, LOGIN], "after a clear");
}

#[tokio::test]
async fn a_remembered_audience_that_is_refused_gives_way_to_the_default() {
    // The Connected App is replaced by an External Client App with the same key.
    let stage = Stage::new(|sent| match (sent.number, sent.audience.as_str()) {
        (1, LOGIN) | (3.., ORG) => numbered(sent),
        _ => wrong_audience(),
    });
    let login = holder_at(ORG, None);
    for expected in [&[ORG, LOGIN][..], &[LOGIN, ORG], &[ORG]] {
        let before = stage.script.posts();
        stage.token(&login).await;
        assert_eq!(stage.script.audiences()[before..], *expected);
        stage.clock.advance(180);
    }
}

#[tokio::test]
async fn after_two_refused_audiences_the_first_refusal_is_told_with_both() {
    let stage = Stage::new(|_| wrong_audience());
    let failure = refused(stage.ask(&holder_at(ORG, None)).await);
    assert_eq!((failure.code, failure.attempts), (Code::AudienceInvalid, 2));
    let text = failure.to_string();
    for part in [ORG, LOGIN] {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
    // A refused audience is not remembered.
    stage.clock.advance(61);
    assert!(stage.ask(&holder_at(ORG, None)).await.is_err());
    assert_eq!(stage.script.audiences(), [ORG, LOGIN, ORG, LOGIN]);
}

#[tokio::test]
async fn an_audience_that_gets_another_refusal_was_the_right_one() {
    let stage = Stage::new(|sent| match sent.audience.as_str() {
        LOGIN => oauth_error("invalid_grant", "user hasn't approved this consumer"),
        _ => wrong_audience(),
    });
    let failure = refused(stage.ask(&holder_at(ORG, None)).await);
    assert_eq!((failure.code, failure.attempts), (Code::UserNotApproved, 2));
    stage.clock.advance(61);
    assert!(stage.ask(&holder_at(ORG, None)).await.is_err());
    assert_eq!(stage.script.audiences(), [ORG, LOGIN, LOGIN]);
}

#[tokio::test(start_paused = true)]
async fn passing_failures_of_both_audiences_are_counted_together() {
    let stage = Stage::new(|sent| match sent.number {
        0 => Reply::Fails(Code::NetworkReset),
        1 => wrong_audience(),
        _ => Reply::Answer(503, String::new()),
    });
    let failure = refused(stage.ask(&holder_at(ORG, None)).await);
    assert_eq!((failure.code, failure.attempts), (Code::AudienceInvalid, 5));
    assert_eq!(stage.source.stats().requests, 5);
    assert!(failure.what.contains("SERVER_UNAVAILABLE"), "{}", failure.what);
}

#[tokio::test]
async fn a_refusal_without_another_audience_to_try_is_told_as_it_is() {
    // The default is Salesforce's login host already, and the instance URL has the same host.
    let stage = Stage::new(|_| wrong_audience());
    let failure = refused(stage.ask(&holder_at(LOGIN, None)).await);
    assert_eq!((failure.code, failure.attempts), (Code::AudienceInvalid, 1));
    assert_eq!(stage.script.audiences(), [LOGIN]);
}
