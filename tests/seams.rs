//! The seams without Salesforce: another issuer, a signer that answers late, and a request with its
//! own method, headers and limit.

mod support;

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use jsforce_connection_manager::authorization_server::{
    AttemptTime, Granted, Issuer, TokenEndpoint,
};
use jsforce_connection_manager::clock::SystemClock;
use jsforce_connection_manager::credential::{
    ClientAuthentication, JwtConfig, JwtCredential, secret,
};
use jsforce_connection_manager::failure::{Code, Failure};
use jsforce_connection_manager::grant::TokenRequest;
use jsforce_connection_manager::identity::IdentityKey;
use jsforce_connection_manager::life::Life;
use jsforce_connection_manager::lineage::KnownLineages;
use jsforce_connection_manager::origin::BaseUrl;
use jsforce_connection_manager::private_key::{Signature, Signer, SigningKey};
use jsforce_connection_manager::secret::Secret;
use jsforce_connection_manager::source::login::Login;
use jsforce_connection_manager::transport::{HttpTransport, Request, Transport as _};

use support::clock::Paused;
use support::issuer::{client_by, login_by};
use support::loopback::{Act, Loopback, answer};
use support::script::numbered;
use support::{BUDGET, KEY, ORG, Stage, refused, source_on, token_of};

const LIMIT: Duration = Duration::from_secs(4);
const TIME: AttemptTime =
    AttemptTime { limit: LIMIT, least: Duration::from_millis(300), replays: true };

/// An issuer other than Salesforce.
static ISSUER: Issuer = Issuer {
    token_path: "/oauth/token",
    errors: &[("access_denied", Code::UserNotAdminApproved)],
    descriptions: &[(&["quota", "used"], Code::RateLimited)],
    needs_instance_url: false,
    more_headers: &["x-quota"],
};

struct Asked {
    granted: Result<Granted, Failure>,
    quota: Option<String>,
    requests: Vec<String>,
}

/// Asks the issuer by a JSON body, over a real connection.
async fn ask(head: &str, body: &str) -> Asked {
    let server = Loopback::start(Act::Answer(answer(head, body))).await;
    let transport = Arc::new(HttpTransport::new(vec![], None));
    let endpoint = TokenEndpoint::new(transport, Arc::new(SystemClock), &ISSUER);
    let base = BaseUrl::parse("domain", &format!("http://127.0.0.1:{}", server.port)).unwrap();
    let request = async { Ok(TokenRequest::json(r#"{"audience":"https://api"}"#.to_owned())) };
    let answered = endpoint.ask(&base, request, TIME).await.expect("an answer");
    assert_eq!((answered.number, endpoint.requests()), (1, 1));
    let quota = answered.response.header("x-quota").map(str::to_owned);
    Asked { granted: endpoint.read(&answered), quota, requests: server.requests() }
}

#[tokio::test]
async fn an_issuer_takes_json_at_its_own_path_and_names_no_instance_url() {
    let body = r#"{"access_token":"token","expires_in":86400,"token_type":"Bearer"}"#;
    let asked = ask("200 OK\r\nX-Quota: 7\r\nX-Other: 8", body).await;
    let granted = asked.granted.expect("a token");
    assert_eq!(granted.access_token.expose(), "token");
    assert_eq!(
        (granted.instance_url, granted.expires_in),
        (None, Some(Duration::from_secs(86_400)))
    );
    assert_eq!(asked.quota.as_deref(), Some("7"));
    let (head, body) = asked.requests[0].split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /oauth/token HTTP/1.1\r\n"), "{head}");
    assert!(head.to_ascii_lowercase().contains("content-type: application/json"), "{head}");
    assert_eq!(body, r#"{"audience":"https://api"}"#);
}

#[tokio::test]
async fn an_issuer_has_its_own_error_codes_and_the_standard_ones() {
    for (status, body, code) in [
        ("403 Forbidden", r#"{"error":"access_denied"}"#, Code::UserNotAdminApproved),
        ("401 Unauthorized", r#"{"error":"invalid_client"}"#, Code::ClientCredentialsInvalid),
        (
            "400 Bad Request",
            r#"{"error":"other","error_description":"The quota is used up"}"#,
            Code::RateLimited,
        ),
        // A code that only Salesforce has means nothing here.
        ("400 Bad Request", r#"{"error":"app_not_found"}"#, Code::Refused),
    ] {
        let failure = ask(status, body).await.granted.err().expect("a refusal");
        assert_eq!(failure.code, code, "{body}");
    }
}

/// A signer whose key is elsewhere, and that takes `delay` to sign.
struct Remote {
    key: SigningKey,
    delay: Duration,
    signed: AtomicUsize,
}

impl Signer for Remote {
    fn sign<'a>(&'a self, message: &'a [u8]) -> Signature<'a> {
        Box::pin(async move {
            tokio::time::sleep(self.delay).await;
            self.signed.fetch_add(1, SeqCst);
            self.key.sign(message)
        })
    }

    fn identity_key(&self) -> IdentityKey {
        IdentityKey::derive(b"a name that is not the key")
    }
}

fn remote(delay: Duration) -> (Arc<Remote>, Login) {
    let key = SigningKey::parse(KEY).unwrap();
    let signer = Arc::new(Remote { key, delay, signed: AtomicUsize::new(0) });
    let config = JwtConfig {
        client_id: "3MVG9.client",
        username: "robot@acme.example",
        instance_url: ORG,
        login_url: None,
        audience: None,
        life: Life::default(),
    };
    let credential = JwtCredential::signed_by(&config, signer.clone()).unwrap();
    (signer, Login::by_jwt(credential))
}

#[tokio::test(start_paused = true)]
async fn a_signer_may_answer_late() {
    let stage = Stage::new(numbered);
    let (signer, login) = remote(Duration::from_secs(3));
    assert_eq!(stage.token(&login).await.token.value.expose(), "token-0");
    assert_eq!((signer.signed.load(SeqCst), stage.script.posts()), (1, 1));
    // The token is named by the signer's identity key, not by the private key.
    assert_ne!(login.identity, support::login().identity);
}

#[tokio::test(start_paused = true)]
async fn a_signer_that_never_answers_ends_the_attempt_and_nothing_is_sent() {
    let stage = Stage::new(numbered);
    let endpoint = TokenEndpoint::new(stage.script.clone(), stage.clock.clone(), &ISSUER);
    let base = BaseUrl::parse("domain", ORG).unwrap();
    let failure = endpoint.ask(&base, pending(), TIME).await.err().expect("no request");
    assert_eq!((failure.code, failure.had_no_effect), (Code::NetworkTimeout, true));
    assert_eq!(failure.what, "The request was not signed within 4000 ms.");
    assert_eq!(endpoint.requests(), 0);
    let (_, login) = remote(Duration::from_secs(3_600));
    assert_eq!(refused(stage.ask(&login).await).code, Code::Deadline);
    assert_eq!(stage.script.posts(), 0);
}

/// Callers have left after eight seconds: a refresh token that is signed for later than that stays.
#[tokio::test(start_paused = true)]
async fn a_refresh_token_whose_client_assertion_came_too_late_is_not_sent() {
    let issuer = support::issuer::Issuer::rotating();
    let clock = Arc::new(Paused::default());
    let source = source_on(issuer.clone(), clock, Arc::default(), 10);
    let key = SigningKey::parse(KEY).unwrap();
    let delay = Duration::from_secs(8);
    let signer = Arc::new(Remote { key, delay, signed: AtomicUsize::new(0) });
    let client = client_by(ClientAuthentication::Assertion(signer.clone()));
    let known = Arc::new(KnownLineages::new(10).unwrap());
    let token = secret("refreshToken", &issuer.log_in()).unwrap();
    let login = login_by(&known, client, token, None, Life::default()).unwrap();
    let failure = refused(token_of(&source, &login, BUDGET).await);
    assert_eq!(failure.code, Code::Deadline);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!((signer.signed.load(SeqCst), issuer.posts()), (1, 0));
}

#[tokio::test]
async fn a_request_has_its_own_method_headers_and_limit() {
    let body = "x".repeat(100);
    let head = "200 OK\r\nETag: seven\r\nX-Other: 8";
    let server = Loopback::start(Act::Answer(answer(head, &body))).await;
    let transport = HttpTransport::new(vec![], None);
    let request = |body_limit| Request {
        method: "GET",
        url: server.url().parse().unwrap(),
        headers: vec![("x-amz-target", Secret::new("Service.Action".to_owned()))],
        body: Secret::new(String::new()),
        timeout: LIMIT,
        wanted_headers: vec!["etag"],
        body_limit,
    };
    let response = transport.send(request(100)).await.expect("an answer");
    assert_eq!(response.body.expose().len(), 100);
    assert_eq!((response.header("etag"), response.header("x-other")), (Some("seven"), None));
    let head = server.requests()[0].to_ascii_lowercase();
    assert!(head.starts_with("get /services/oauth2/token http/1.1\r\n"), "{head}");
    assert!(head.contains("x-amz-target: service.action\r\n"), "{head}");
    assert!(!head.contains("content-type"), "{head}");
    let failure = transport.send(request(99)).await.err().expect("too much");
    assert_eq!((failure.code, failure.status), (Code::ResponseTooLarge, Some(200)));
}
