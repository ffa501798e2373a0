//! An authorization server that rotates refresh tokens as Salesforce does: a used token is spent at
//! once, and using a spent token revokes its family.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jsforce_connection_manager::credential::{Client, ClientAuthentication, secret};
use jsforce_connection_manager::failure::{Code, Failure};
use jsforce_connection_manager::life::Life;
use jsforce_connection_manager::lineage::KnownLineages;
use jsforce_connection_manager::secret::Secret;
use jsforce_connection_manager::source::login::{Login, RefreshTokenConfig};
use jsforce_connection_manager::transport::{Answer, Request, Response, Transport};
use serde_json::json;
use url::form_urlencoded;

use super::ORG;

/// What happens to one request.
#[derive(Clone, Debug)]
pub enum Fate {
    /// The request is processed, and answered after this time.
    Answered(Duration),
    /// The request is not sent.
    Unsent,
    /// The request is processed, and the answer is lost after this time.
    Lost(Duration, Code),
    /// The request is processed, and the client panics.
    Panics,
    /// The request is not processed, and gets this answer.
    Instead(u16, String),
    /// The request is processed, and gets this answer in place of the token response.
    Garbled(u16, String),
}

/// A form and its `Authorization` header.
pub type Seen = (Vec<(String, String)>, Option<String>);

#[derive(Default)]
struct Books {
    /// The family of every refresh token ever issued.
    families: HashMap<String, usize>,
    /// The living refresh token of each family.
    living: Vec<Option<String>>,
    /// Refresh tokens whose successor has been received.
    replaced: HashSet<String>,
    issued: usize,
    posts: usize,
    reuses: usize,
    second_sends: usize,
    seen: Vec<Seen>,
}

pub struct Issuer {
    rotates: bool,
    fate: Box<dyn Fn(usize) -> Fate + Send + Sync>,
    books: Mutex<Books>,
}

impl Issuer {
    /// `fate` decides about each request, by the number of requests before it.
    pub fn new(rotates: bool, fate: impl Fn(usize) -> Fate + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { rotates, fate: Box::new(fate), books: Mutex::default() })
    }

    /// A rotating server that answers every request at once.
    pub fn rotating() -> Arc<Self> {
        Self::new(true, |_| Fate::Answered(Duration::ZERO))
    }

    /// A user logs in: the first refresh token of a new family.
    pub fn log_in(&self) -> String {
        let mut books = self.books();
        let (family, token) = (books.living.len(), format!("refresh-{}", books.issued));
        books.issued += 1;
        books.families.insert(token.clone(), family);
        books.living.push(Some(token.clone()));
        token
    }

    pub fn posts(&self) -> usize {
        self.books().posts
    }

    /// How often a refresh token was presented whose successor had been received.
    pub fn reuses(&self) -> usize {
        self.books().reuses
    }

    /// How often a spent refresh token was presented whose successor nobody has: its answer was lost.
    pub fn second_sends(&self) -> usize {
        self.books().second_sends
    }

    /// All requests so far, in their order.
    pub fn seen(&self) -> Vec<Seen> {
        self.books().seen.clone()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    /// Access token `access-N` comes with refresh token `refresh-N`.
    fn work(&self, presented: &str) -> (u16, String) {
        let books = &mut *self.books();
        let refused = json!({
            "error": "invalid_grant",
            "error_description": "expired access/refresh token",
        });
        let Some(&family) = books.families.get(presented) else {
            return (400, refused.to_string());
        };
        if books.living[family].as_deref() != Some(presented) {
            let is_known = books.replaced.contains(presented);
            *(if is_known { &mut books.reuses } else { &mut books.second_sends }) += 1;
            books.living[family] = None;
            return (400, refused.to_string());
        }
        let number = books.issued;
        books.issued += 1;
        let mut body = json!({
            "access_token": format!("access-{number}"),
            "instance_url": ORG,
            "token_type": "Bearer",
        });
        if self.rotates {
            let next = format!("refresh-{number}");
            books.families.insert(next.clone(), family);
            body["refresh_token"] = next.clone().into();
            books.living[family] = Some(next);
        }
        (200, body.to_string())
    }
}

impl Transport for Issuer {
    fn send(&self, request: Request) -> Answer<'_> {
        Box::pin(async move {
            let form: Vec<(String, String)> =
                form_urlencoded::parse(request.body.expose().as_bytes()).into_owned().collect();
            let value = |name: &str| {
                form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value).to_owned()
            };
            let presented = value("refresh_token");
            let number = {
                let mut books = self.books();
                books.posts += 1;
                books.seen.push((form, header(&request, "authorization")));
                books.posts - 1
            };
            let answer = |(status, body): (u16, String)| Response {
                status,
                headers: vec![],
                body: Secret::new(body.into_bytes()),
            };
            match (self.fate)(number) {
                Fate::Answered(after) => {
                    let worked = self.work(&presented);
                    tokio::time::sleep(after).await;
                    self.books().replaced.insert(presented);
                    Ok(answer(worked))
                }
                Fate::Unsent => Err(Failure {
                    had_no_effect: true,
                    ..Failure::new(Code::NetworkConnect, "As the test says.")
                }),
                Fate::Lost(after, code) => {
                    self.work(&presented);
                    tokio::time::sleep(after).await;
                    Err(Failure::new(code, "As the test says."))
                }
                Fate::Panics => {
                    self.work(&presented);
                    // Unlike `panic!`, this prints nothing.
                    std::panic::resume_unwind(Box::new("as the test says"));
                }
                Fate::Instead(status, body) => Ok(answer((status, body))),
                Fate::Garbled(status, body) => {
                    self.work(&presented);
                    Ok(answer((status, body)))
                }
            }
        })
    }
}

/// The value of a request header.
pub fn header(request: &Request, name: &str) -> Option<String> {
    let (_, value) = request.headers.iter().find(|(known, _)| *known == name)?;
    Some(value.expose().clone())
}

/// An app with a client secret.
pub fn client() -> Client {
    client_by(ClientAuthentication::Form(secret("clientSecret", "s3cret").unwrap()))
}

pub fn client_by(authentication: ClientAuthentication) -> Client {
    Client::new("3MVG9.client", authentication, ORG).unwrap()
}

/// The login of an app by a refresh token.
pub fn login_by(
    known: &Arc<KnownLineages>,
    client: Client,
    refresh_token: Secret,
    rotates: Option<bool>,
    life: Life,
) -> Result<Login, Failure> {
    let config = RefreshTokenConfig { client, refresh_token, rotates, instance_url: None, life };
    Login::by_refresh_token(known.clone(), config)
}

/// The login of the app `client()` by this refresh token.
pub fn login_of(known: &Arc<KnownLineages>, refresh_token: &str) -> Login {
    login_living(known, refresh_token, Life::SESSION_TTL)
}

/// A login whose access tokens live this long, less the usual buffer.
pub fn login_living(known: &Arc<KnownLineages>, refresh_token: &str, ttl: Duration) -> Login {
    let token = secret("refreshToken", refresh_token).unwrap();
    let life = Life::new(ttl, Life::DEFAULT_BUFFER).unwrap();
    login_by(known, client(), token, None, life).unwrap()
}
