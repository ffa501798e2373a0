//! How a token is asked for: audience, budget, exchange, answer.

mod audience;
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
use crate::origin;
use crate::token::AccessToken;
use crate::transport::{Request, Transport};

use audience::Audiences;
pub use retry::{BUDGET, SMALLEST_BUDGET};

/// Salesforce's token endpoint, as one token source uses it.
pub struct AuthorizationServer {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    audiences: Audiences,
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

    /// Asks for a token inside `budget`: at most three attempts, and one more exchange with the
    /// other audience if the app wants that one.
    ///
    /// # Errors
    /// What the last attempt met, with the number of requests sent. If both audiences are refused,
    /// what the first one met.
    pub async fn mint(&self, credential: &Credential, budget: Duration) -> Result<Mint, Failure> {
        let started = self.clock.now();
        let (first, second) = self.audiences.candidates(credential);
        let failure = match self.ask(credential, &first, budget).await {
            Ok(mint) => return Ok(mint),
            Err(failure) => failure,
        };
        let Some(second) = second.filter(|_| audience::is_about_audience(failure.code)) else {
            return Err(failure);
        };
        let left = budget.saturating_sub(self.clock.now().since(started));
        match self.ask(credential, &second, left).await {
            Ok(mint) => {
                self.audiences.remember(credential, second);
                Ok(mint)
            }
            // The audience was accepted: Salesforce looks at it before anything about the user.
            Err(last) if last.error.is_some() && !audience::is_about_audience(last.code) => {
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
        budget: Duration,
    ) -> Result<Mint, Failure> {
        retry::within(budget, &*self.clock, |timeout| self.attempt(credential, audience, timeout))
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
        let form = jwt_bearer::form(credential, audience, minted)?;
        let signed = self.clock.now();
        self.exchanges.fetch_add(1, Relaxed);
        let url = credential.login_url.token_endpoint();
        let answer = self.transport.post(Request { url, form, timeout }).await?;
        let granted = response::parse(&answer, signed)?;
        let instance_url = origin::trusted_instance(
            &granted.instance_url,
            &credential.instance_url,
            &credential.login_url,
            &self.allowed_instance_hosts,
        )?;
        let token = AccessToken {
            value: granted.access_token,
            instance_url,
            identity_url: granted.id,
            scope: granted.scope,
            minted,
            deadline: minted.after(credential.life.usable(granted.expires_in)),
        };
        let (signing, exchange) = (signed.since(minted), self.clock.now().since(signed));
        Ok(Mint { token, signing, exchange })
    }
}

/// A failure that was met without sending anything.
pub fn out_of_time() -> Failure {
    Failure::new(Code::Deadline, "No time is left to ask for a token.")
}
