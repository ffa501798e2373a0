//! What must hold for hostile bytes.
//!
//! Only the package's public functions are called. Inputs of more than 64 KiB would test the
//! transport's limit, not these functions.

use std::sync::{Arc, LazyLock, Mutex};

use jsforce_connection_manager::authorization_server::salesforce::InstanceHosts;
use jsforce_connection_manager::authorization_server::salesforce::{Mint, Salesforce};
use jsforce_connection_manager::clock::{Clock, Moment};
use jsforce_connection_manager::credential::{JwtConfig, JwtCredential};
use jsforce_connection_manager::failure::{Code, Failure};
use jsforce_connection_manager::life::Life;
use jsforce_connection_manager::origin::BaseUrl;
use jsforce_connection_manager::private_key::SigningKey;
use jsforce_connection_manager::retry::Patience;
use jsforce_connection_manager::secret::Secret;
use jsforce_connection_manager::transport::{Answer, Request, Response, Transport};
use tokio::runtime::Runtime;

/// Longer than any word of an answer that may be shown.
pub const CANARY: &str = "CANARY5f0c2f8e6f0b4f6fa7d1c1f0a4b1d2e35a9c7e11CANARY";
const ORG: &str = "https://acme.my.salesforce.com";
const KEY: &str = include_str!("../keys/rsa_pkcs8.pem");
/// Tue, 14 Nov 2023 22:13:20 GMT
const NOW: Moment =
    Moment { wall: 1_700_000_000_000_000, monotonic: 7_200_000_000, boot: 10_800_000_000 };

static CREDENTIAL: LazyLock<JwtCredential> = LazyLock::new(|| {
    let config = JwtConfig {
        client_id: "client",
        username: "robot@acme.example",
        instance_url: ORG,
        login_url: None,
        audience: Some(ORG),
        life: Life::default(),
    };
    JwtCredential::new(&config, KEY).unwrap_or_else(|failure| panic!("{failure}"))
});

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime")
});

struct Still;

impl Clock for Still {
    fn now(&self) -> Moment {
        NOW
    }
}

/// Gives one prepared answer.
struct Once(Mutex<Option<Response>>);

impl Transport for Once {
    fn send(&self, _request: Request) -> Answer<'_> {
        let answer = self.0.lock().ok().and_then(|mut answer| answer.take());
        Box::pin(async move { answer.ok_or_else(|| Failure::new(Code::NetworkReset, "Once.")) })
    }
}

/// The answer, as the one attempt of a mint reads it.
fn read(answer: Response) -> Result<Mint, Failure> {
    let transport = Arc::new(Once(Mutex::new(Some(answer))));
    let server = Salesforce::new(transport, Arc::new(Still), vec![]);
    RUNTIME.block_on(server.mint(&CREDENTIAL, Patience::RENEWAL))
}

fn assert_silent(failure: &Failure, secret: &str) {
    let shown = format!("{failure} {failure:?}");
    assert!(!shown.contains(secret), "a part of the input is shown");
    assert!(shown.len() < 4_000, "{} bytes of message", shown.len());
}

/// Two bytes of status, then the body.
pub fn token_response(bytes: &[u8]) {
    let Some((status, body)) = bytes.split_first_chunk() else { return };
    let status = 100 + u16::from_be_bytes(*status) % 500;
    let body = Secret::new(body.to_vec());
    match read(Response { status, headers: vec![], body }) {
        Err(failure) => assert_silent(&failure, CANARY),
        Ok(Mint { token, .. }) => {
            let value = token.value.expose();
            assert!(!value.is_empty() && value.len() <= 16 * 1_024);
            assert!(value.bytes().all(|byte| byte.is_ascii_graphic()), "no header can carry it");
            assert_belongs_to_salesforce(token.instance_url.as_deref().unwrap_or_default());
            assert!(token.renew_at.wall <= token.deadline.wall, "renewed after its end");
            assert!(token.deadline.wall <= NOW.wall + 180_000_000, "a life was lengthened");
        }
    }
}

/// A key in any spelling, or a refusal that shows no part of the text.
pub fn private_key(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match SigningKey::parse(&text) {
        Ok(key) => {
            let der = key.canonical_der();
            let pem =
                base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der.expose());
            let same = SigningKey::parse(&pem).unwrap_or_else(|failure| panic!("{failure}"));
            assert!(same.canonical_der().expose() == der.expose());
        }
        Err(failure) => {
            assert_eq!(failure.code, Code::PrivateKeyInvalid);
            assert_silent(&failure, CANARY);
        }
    }
}

/// A configured URL, which is refused without being shown, or safe.
pub fn base_url(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match BaseUrl::parse("loginUrl", &text) {
        Err(failure) => {
            assert_eq!((failure.code, failure.option), (Code::ConfigInvalid, Some("loginUrl")));
            assert_silent(&failure, CANARY);
        }
        Ok(base) => {
            let (site, endpoint) = (base.site(), base.below("/services/oauth2/token"));
            let local = matches!(base.host(), "localhost" | "127.0.0.1" | "[::1]");
            assert!(endpoint.scheme() == "https" || local && endpoint.scheme() == "http");
            assert!(endpoint.username().is_empty() && endpoint.password().is_none());
            assert!(endpoint.query().is_none() && endpoint.fragment().is_none());
            assert!(local || endpoint.port().is_none_or(|port| port > 1_023));
            assert!(endpoint.path().ends_with("/services/oauth2/token"));
            assert_eq!(endpoint.origin().ascii_serialization(), base.origin());
            let again = BaseUrl::parse("loginUrl", &site).expect("its own spelling");
            assert_eq!(again.site(), site, "one spelling for one URL");
        }
    }
}

/// An instance URL of an answer, which is refused without being shown, or Salesforce's.
pub fn instance_url(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let base = BaseUrl::parse("instanceUrl", ORG).unwrap_or_else(|failure| panic!("{failure}"));
    let trusted = InstanceHosts { instance: &base, login: &base, allowed: &[] };
    match trusted.instance_url(&text) {
        Err(failure) => {
            assert_eq!(failure.code, Code::InstanceUrlRefused);
            assert_silent(&failure, CANARY);
        }
        Ok(origin) => assert_belongs_to_salesforce(&origin),
    }
}

/// By another way than the package's: by the text behind `https://` only.
fn assert_belongs_to_salesforce(origin: &str) {
    let host = origin.strip_prefix("https://").unwrap_or_else(|| panic!("{origin}"));
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let labels: Vec<&str> = host.split('.').collect();
    let plain = labels.iter().all(|part| label(part));
    let owned = matches!(
        labels.as_slice(),
        [.., _, "salesforce" | "force" | "cloudforce", "com"]
            | [.., _, "salesforce" | "crmforce", "mil"]
            | [.., _, "sfcrmproducts", "cn"]
    );
    assert!(plain && owned, "{origin} is not Salesforce's");
}

/// `Retry-After` and `Date`, separated by a NUL, of a refusal that reads both.
pub fn response_headers(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (retry_after, date) = text.split_once('\0').unwrap_or((&text, &text));
    let body = br#"{"error":"invalid_grant","error_description":"expired authorization code"}"#;
    let failure = read(Response {
        status: 400,
        body: Secret::new(body.to_vec()),
        headers: vec![("retry-after", retry_after.to_owned()), ("date", date.to_owned())],
    });
    let failure = failure.err().expect("an OAuth error");
    assert_eq!(failure.code, Code::AssertionExpired);
    if let Some(wait) = failure.retry_after {
        assert!(!wait.is_zero() && wait.as_secs() <= 3_600, "{wait:?}");
    }
    assert_silent(&failure, CANARY);
}
