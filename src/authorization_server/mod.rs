//! How a token is asked for: audience, budget, exchange, answer.

mod audience;
mod clock_skew;
mod field;
mod issued;
mod oauth_error;
mod patience;
mod refresh;
mod response;
mod retry;
mod retry_after;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::clock::Clock;
use crate::credential::Credential;
use crate::failure::{Code, Failure};
use crate::grant::{TokenRequest, jwt_bearer};
use crate::origin::{BaseUrl, TrustedHosts};
use crate::token::AccessToken;
use crate::transport::{Request, Response, Transport};

use audience::Audiences;
use clock_skew::ClockSkews;
use issued::Asked;
pub use patience::{BUDGET, Patience, SMALLEST_BUDGET};
pub use refresh::{Refreshed, Use};

/// Salesforce's token endpoint, as one token source uses it.
pub struct AuthorizationServer {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    audiences: Audiences,
    skews: ClockSkews,
    allowed_instance_hosts: Vec<String>,
    exchanges: AtomicU64,
}

/// A new token, and what it took to get it.
pub struct Mint {
    /// The token.
    pub token: AccessToken,
    /// Making and signing the assertion of the successful attempt.
    pub signing: Duration,
    /// From sending that attempt to its answer.
    pub exchange: Duration,
}

impl AuthorizationServer {
    /// `allowed_instance_hosts` are trusted beside the configured host and Salesforce's domains.
    pub fn new(
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        allowed_instance_hosts: Vec<String>,
    ) -> Self {
        Self {
            transport,
            clock,
            audiences: Audiences::default(),
            skews: ClockSkews::default(),
            allowed_instance_hosts,
            exchanges: AtomicU64::new(0),
        }
    }

    /// How many requests were sent, successful or not.
    pub fn exchanges(&self) -> u64 {
        self.exchanges.load(Relaxed)
    }

    /// Forgets which audiences won.
    pub fn forget(&self) {
        self.audiences.forget();
    }

    /// Asks for a token with `patience`, and once more with the other audience if the app wants
    /// that one.
    ///
    /// # Errors
    /// What the last attempt met, with the number of requests sent. If both audiences are refused,
    /// what the first one met.
    pub async fn mint(&self, credential: &Credential, patience: Patience) -> Result<Mint, Failure> {
        let started = self.clock.now();
        let (first, second) = self.audiences.candidates(credential);
        let failure = match self.ask(credential, &first, patience).await {
            Ok(mint) => return Ok(mint),
            Err(failure) => failure,
        };
        let Some(second) = second.filter(|_| audience::is_about_audience(failure.code)) else {
            return Err(failure);
        };
        let left = patience.less(self.clock.now().since(started));
        match self.ask(credential, &second, left).await {
            Ok(mint) => {
                self.audiences.remember(credential, second);
                Ok(mint)
            }
            Err(last) if audience::was_accepted(last.code) => {
                self.audiences.remember(credential, second);
                Err(Failure { attempts: failure.attempts + last.attempts, ..last })
            }
            Err(last) => Err(Failure {
                what: format!("{} With audience {second}: {}.", failure.what, last.code.name()),
                attempts: failure.attempts + last.attempts,
                ..failure
            }),
        }
    }

    async fn ask(
        &self,
        credential: &Credential,
        audience: &str,
        patience: Patience,
    ) -> Result<Mint, Failure> {
        let origin = credential.login_url.origin();
        let turn = || self.transport.turn(origin.clone());
        let attempt = |timeout| self.attempt(credential, audience, timeout);
        retry::within(patience, &*self.clock, turn, attempt).await.map_err(|failure| Failure {
            what: format!("{} (Token host {origin}, audience {audience}.)", failure.what),
            ..failure
        })
    }

    async fn attempt(
        &self,
        credential: &Credential,
        audience: &str,
        timeout: Duration,
    ) -> Result<Mint, Failure> {
        let minted = self.clock.now();
        let host = credential.login_url.host();
        let signing_time = self.skews.signing_time(host, minted);
        let request = jwt_bearer::request(credential, audience, signing_time)?;
        let signed = self.clock.now();
        let (exchange, answer) = self.post(&credential.login_url, request, timeout).await?;
        let received = self.clock.now();
        let granted = response::parse(&answer, received).map_err(|failure| {
            let failure = refresh::taken_in_turn(failure);
            let expired = failure.code == Code::AssertionExpired;
            let news = expired && self.skews.learn(host, answer.date.as_deref(), signed, received);
            Failure { retryable: failure.retryable || news, ..failure }
        })?;
        let asked = Asked {
            trusted: TrustedHosts {
                instance: &credential.instance_url,
                login: &credential.login_url,
                allowed: &self.allowed_instance_hosts,
            },
            life: credential.life,
            ahead: true,
            exchange,
            minted,
            clock_skew: self.skews.of(host),
            status: answer.status,
            received,
        };
        let token = issued::token(granted, &asked)?;
        let (signing, took) = (signed.since(minted), received.since(signed));
        Ok(Mint { token, signing, exchange: took })
    }

    /// Sends one request and numbers it.
    async fn post(
        &self,
        to: &BaseUrl,
        request: TokenRequest,
        timeout: Duration,
    ) -> Result<(u64, Response), Failure> {
        let number = self.exchanges.fetch_add(1, Relaxed) + 1;
        let TokenRequest { form, authorization } = request;
        let request = Request { url: to.token_endpoint(), form, authorization, timeout };
        Ok((number, self.transport.post(request).await?))
    }
}

/// A failure that was met without sending anything.
pub fn out_of_time() -> Failure {
    let failure = Failure::new(Code::Deadline, "No time is left to ask for a token.");
    Failure { unspent: true, ..failure }
}
