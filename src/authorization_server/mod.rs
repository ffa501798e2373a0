//! How a token is asked for: audience, budget, exchange, answer.

mod audience;
mod clock_skew;
mod field;
mod oauth_error;
mod response;
mod retry;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::clock::Clock;
use crate::credential::Credential;
use crate::failure::{Code, Failure};
use crate::grant::jwt_bearer;
use crate::origin::TrustedHosts;
use crate::token::AccessToken;
use crate::transport::{Request, Transport};

use audience::Audiences;
use clock_skew::ClockSkews;
pub use retry::{BUDGET, Patience, SMALLEST_BUDGET};

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
    /// From sending that attempt to its parsed answer.
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
        let _turn = self.transport.turn().await;
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
        retry::within(patience, &*self.clock, |timeout| self.attempt(credential, audience, timeout))
            .await
            .map_err(|failure| Failure {
                what: format!(
                    "{} (Token host {}, audience {audience}.)",
                    failure.what,
                    credential.login_url.origin()
                ),
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
        let form = jwt_bearer::form(credential, audience, signing_time)?;
        let signed = self.clock.now();
        let exchange = self.exchanges.fetch_add(1, Relaxed) + 1;
        let url = credential.login_url.token_endpoint();
        let answer = self.transport.post(Request { url, form, timeout }).await?;
        let granted = response::parse(&answer, signed).map_err(|failure| {
            let expired = failure.code == Code::AssertionExpired;
            let date = answer.date.as_deref();
            let news = expired && self.skews.learn(host, date, signed, self.clock.now());
            Failure { retryable: failure.retryable || news, ..failure }
        })?;
        let trusted = TrustedHosts {
            instance: &credential.instance_url,
            login: &credential.login_url,
            allowed: &self.allowed_instance_hosts,
        };
        let instance_url = trusted
            .instance_url(&granted.instance_url)
            .map_err(|failure| Failure { status: Some(answer.status), ..failure })?;
        let usable = credential.life.usable(granted.expires_in);
        let token = AccessToken {
            value: granted.access_token,
            instance_url,
            identity_url: granted.id.and_then(|url| trusted.identity_url(&url)),
            scope: granted.scope,
            clock_skew: self.skews.of(host),
            exchange,
            minted,
            // In the last fifth, and with a twentieth left for the exchange.
            renew_at: minted.after(usable * 4 / 5 + retry::jitter(usable * 3 / 20)),
            deadline: minted.after(usable),
        };
        let received = self.clock.now();
        // After a long freeze. A life of nothing is another case: that token is good for one use.
        if !usable.is_zero() && !token.is_alive(received) {
            let what = "The answer came when the life of its token was over.";
            return Err(Failure::new(Code::NetworkTimeout, what));
        }
        let (signing, took) = (signed.since(minted), received.since(signed));
        Ok(Mint { token, signing, exchange: took })
    }
}

/// A failure that was met without sending anything.
pub fn out_of_time() -> Failure {
    Failure::new(Code::Deadline, "No time is left to ask for a token.")
}
