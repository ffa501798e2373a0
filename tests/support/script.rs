//! An authorization server without a network: each request is answered by a closure.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsforce_connection_manager::failure::{Code, Failure};
use jsforce_connection_manager::secret::Secret;
use jsforce_connection_manager::transport::{Answer, Request, Response, Transport};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{ORG, PUBLIC_KEY};

/// A request as the server sees it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// How many requests came before this one.
    pub number: usize,
    pub url: String,
    pub audience: String,
    pub subject: String,
    /// When the assertion expires, in seconds since the epoch.
    pub expires: u64,
    /// Whether the key of `PUBLIC_KEY` has signed the assertion.
    pub genuine: bool,
}

pub enum Reply {
    Answer(u16, String),
    /// With headers: `Date` and `Retry-After`.
    Headed {
        status: u16,
        body: String,
        date: Option<String>,
        retry_after: Option<String>,
    },
    Fails(Code),
    /// More than is read, under this status.
    TooLarge(u16),
    Panics,
}

pub struct Script {
    reply: Box<dyn Fn(&Sent) -> Reply + Send + Sync>,
    sent: Mutex<Vec<Sent>>,
    held: watch::Sender<bool>,
}

impl Script {
    pub fn new(reply: impl Fn(&Sent) -> Reply + Send + Sync + 'static) -> Arc<Self> {
        let sent = Mutex::default();
        Arc::new(Self { reply: Box::new(reply), sent, held: watch::channel(false).0 })
    }

    /// Requests are not answered until `release`.
    pub fn hold(&self) {
        self.held.send_replace(true);
    }

    pub fn release(&self) {
        self.held.send_replace(false);
    }

    pub fn posts(&self) -> usize {
        self.sent.lock().unwrap().len()
    }

    /// The audiences of all requests so far, in their order.
    pub fn audiences(&self) -> Vec<String> {
        self.sent.lock().unwrap().iter().map(|sent| sent.audience.clone()).collect()
    }

    /// The URLs of all requests so far, in their order.
    pub fn urls(&self) -> Vec<String> {
        self.sent.lock().unwrap().iter().map(|sent| sent.url.clone()).collect()
    }

    fn receive(&self, request: &Request) -> Sent {
        let mut list = self.sent.lock().unwrap();
        let (_, assertion) = request.body.expose().split_once("assertion=").expect("an assertion");
        let payload = assertion.split('.').nth(1).expect("three parts");
        let claims: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
        let claim = |name: &str| claims[name].as_str().expect(name).to_owned();
        let sent = Sent {
            number: list.len(),
            url: request.url.to_string(),
            audience: claim("aud"),
            subject: claim("sub"),
            expires: claims["exp"].as_u64().expect("exp"),
            genuine: is_genuine(assertion),
        };
        list.push(sent.clone());
        sent
    }
}

impl Transport for Script {
    fn send(&self, request: Request) -> Answer<'_> {
        Box::pin(async move {
            let sent = self.receive(&request);
            let mut held = self.held.subscribe();
            held.wait_for(|held| !held).await.expect("the script outlives its requests");
            match (self.reply)(&sent) {
                Reply::Answer(status, body) => Ok(response(status, body)),
                Reply::Headed { status, body, date, retry_after } => {
                    let named = [("date", date), ("retry-after", retry_after)];
                    let headers =
                        named.into_iter().filter_map(|(name, value)| Some((name, value?)));
                    Ok(Response { headers: headers.collect(), ..response(status, body) })
                }
                Reply::Fails(code) => Err(Failure::new(code, "As the script says.")),
                Reply::TooLarge(status) => Err(Failure {
                    status: Some(status),
                    ..Failure::new(Code::ResponseTooLarge, "As the script says.")
                }),
                Reply::Panics => panic!("as the script says"),
            }
        })
    }
}

fn response(status: u16, body: String) -> Response {
    Response { status, headers: vec![], body: Secret::new(body.into_bytes()) }
}

/// A token response as Salesforce sends it.
pub fn granted(token: &str) -> Reply {
    granted_for(token, None)
}

/// A token response that names a life in seconds, as some servers do.
pub fn granted_for(token: &str, expires_in: Option<u64>) -> Reply {
    let mut body = json!({
        "access_token": token,
        "instance_url": ORG,
        "id": "https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA",
        "token_type": "Bearer",
        "scope": "api",
    });
    if let Some(seconds) = expires_in {
        body["expires_in"] = seconds.into();
    }
    Reply::Answer(200, body.to_string())
}

/// A new token for every request: `token-0`, `token-1` …
pub fn numbered(sent: &Sent) -> Reply {
    granted(&format!("token-{}", sent.number))
}

/// An OAuth error as Salesforce sends it.
pub fn oauth_error(error: &str, description: &str) -> Reply {
    let body = json!({ "error": error, "error_description": description });
    Reply::Answer(400, body.to_string())
}

/// A server that knows one key, and refuses assertions of other keys.
pub fn only_genuine(sent: &Sent) -> Reply {
    if sent.genuine { numbered(sent) } else { oauth_error("invalid_grant", "invalid assertion") }
}

fn is_genuine(assertion: &str) -> bool {
    let mut validation = Validation::new(Algorithm::RS256);
    // The manual clock's time is not the system's.
    validation.validate_exp = false;
    validation.validate_aud = false;
    let key = DecodingKey::from_rsa_pem(PUBLIC_KEY.as_bytes()).unwrap();
    jsonwebtoken::decode::<Value>(assertion, &key, &validation).is_ok()
}
