//! Salesforce as an issuer: the audience and the signing time of assertions, and requests that are
//! sent only once.

mod answer_proves;
mod audience;
mod clock_skew;
mod domains;
mod instance_hosts;
mod issued;
mod redact;
mod send_once;
mod words;

use std::sync::Arc;
use std::time::Duration;

use super::{AttemptTime, TokenEndpoint};
use crate::clock::Clock;
use crate::credential::JwtCredential;
use crate::failure::{Code, Failure};
use crate::grant::jwt_bearer;
use crate::origin::BaseUrl;
use crate::retry::{self, Patience};
use crate::token::AccessToken;
use crate::transport::Transport;

use audience::Audiences;
use clock_skew::ClockSkews;
pub use instance_hosts::{InstanceHosts, allowed_host};
use issued::Terms;
pub use send_once::{RefreshTerms, Refreshed};
pub use words::SALESFORCE;

/// Salesforce's token endpoint, as one token source uses it. `send_once.rs` holds the methods for
/// refresh tokens and authorization codes.
pub struct Salesforce {
    endpoint: TokenEndpoint,
    audiences: Audiences,
    skews: ClockSkews,
    allowed_instance_hosts: Vec<String>,
}

/// A new token, and the time for getting it.
pub struct Mint {
    /// The token.
    pub token: AccessToken,
    /// The time for making and signing the assertion of the successful attempt.
    pub signing: Duration,
    /// The time from sending the request of that attempt to its answer.
    pub request: Duration,
}

impl Salesforce {
    /// `allowed_instance_hosts` are trusted beside the configured host and Salesforce's domains.
    pub fn new(
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        allowed_instance_hosts: Vec<String>,
    ) -> Self {
        Self {
            endpoint: TokenEndpoint::new(transport, clock, &SALESFORCE),
            audiences: Audiences::default(),
            skews: ClockSkews::default(),
            allowed_instance_hosts,
        }
    }

    /// How many requests were sent, successful or not.
    pub fn requests(&self) -> u64 {
        self.endpoint.requests()
    }

    /// Adds to the failure of a call that has sent nothing how many requests it waited for.
    pub fn with_crowd(&self, login_url: &BaseUrl, failure: Failure) -> Failure {
        self.endpoint.with_crowd(login_url, failure)
    }

    /// Forgets the remembered audiences and clock differences.
    pub fn forget(&self) {
        self.audiences.forget();
        self.skews.forget();
    }

    /// Asks for a token within `patience`. If the app refuses the first audience, the other
    /// audience is tried.
    ///
    /// # Errors
    /// The failure of the last attempt, with the number of requests sent. If both audiences are
    /// refused, the failure of the first.
    pub async fn mint(
        &self,
        credential: &JwtCredential,
        patience: Patience,
    ) -> Result<Mint, Failure> {
        let started = self.endpoint.clock().now();
        let (first, second) = self.audiences.candidates(credential);
        let failure = match self.mint_for(credential, &first, patience).await {
            Ok(mint) => return Ok(mint),
            Err(failure) => failure,
        };
        let Some(second) = second.filter(|_| audience::is_about_audience(failure.code)) else {
            return Err(failure);
        };
        let left = patience.less(self.endpoint.clock().now().since(started));
        match self.mint_for(credential, &second, left).await {
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

    async fn mint_for(
        &self,
        credential: &JwtCredential,
        audience: &str,
        patience: Patience,
    ) -> Result<Mint, Failure> {
        let permit = || self.endpoint.permit(&credential.login_url);
        let attempt =
            |limit| self.attempt(credential, audience, AttemptTime::within(limit, patience));
        let met = retry::within(patience, self.endpoint.clock(), permit, attempt).await;
        let with_crowd = |failure| self.endpoint.with_crowd(&credential.login_url, failure);
        met.map_err(with_crowd).map_err(|failure| Failure {
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
        credential: &JwtCredential,
        audience: &str,
        time: AttemptTime,
    ) -> Result<Mint, Failure> {
        let host = credential.login_url.host();
        let signing_time = self.skews.signing_time(host, self.endpoint.clock().now());
        let request = jwt_bearer::request(credential, audience, signing_time);
        let answer = self.endpoint.ask(&credential.login_url, request, time).await?;
        let granted = self.endpoint.read(&answer).map_err(|failure| {
            let expired = failure.code == Code::AssertionExpired;
            let news = expired && self.skews.learn(host, &answer);
            Failure { retryable: failure.retryable || news, ..failure }
        })?;
        let terms = Terms {
            hosts: InstanceHosts {
                instance: &credential.instance_url,
                login: &credential.login_url,
                allowed: &self.allowed_instance_hosts,
            },
            life: credential.life,
            renews_ahead: true,
            clock_skew: self.skews.of(host),
        };
        let (signing, request) =
            (answer.sent.since(answer.began), answer.received.since(answer.sent));
        Ok(Mint { token: issued::token(granted, &answer, &terms)?, signing, request })
    }
}
