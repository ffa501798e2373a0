//! A token endpoint (RFC 6749 §3.2) and its answers, as any issuer has them. What is an issuer's own
//! stands in the issuer's folder.

mod expiry;
mod field;
mod oauth_error;
mod response;
pub mod salesforce;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::time::timeout;
use url::Url;

use crate::clock::{Clock, Moment};
use crate::failure::{Code, Failure};
use crate::grant::TokenRequest;
use crate::origin::BaseUrl;
use crate::secret::Secret;
use crate::token::Successor;
use crate::transport::{Permit, Request, Response, Transport};

pub use response::Granted;

/// In bytes: larger than any token response.
const BODY_LIMIT: usize = 64 * 1_024;

/// What is an issuer's own at its token endpoint.
pub struct Issuer {
    /// The path of the token endpoint below the configured URL.
    pub token_path: &'static str,
    /// Error codes that say enough by themselves, beside those of the standards.
    pub errors: &'static [(&'static str, Code)],
    /// Words that a description must hold, all of them; the first row that fits wins.
    pub descriptions: &'static [(&'static [&'static str], Code)],
    /// Whether a token response must name an instance URL.
    pub needs_instance_url: bool,
    /// Response headers that are read beside `Retry-After` and `Date`, in small letters.
    pub wanted_headers: &'static [&'static str],
}

/// The token endpoint of one issuer, as one token source uses it.
pub struct TokenEndpoint {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    issuer: &'static Issuer,
    requests: AtomicU64,
}

/// An answer, with what is known of its request.
pub struct Answered {
    /// The number of the request at this endpoint.
    pub number: u64,
    /// The answer.
    pub response: Response,
    /// When making the request began.
    pub began: Moment,
    /// When the request was signed and ready to be sent.
    pub sent: Moment,
    /// When the answer was read.
    pub received: Moment,
}

impl TokenEndpoint {
    /// The endpoint of `issuer` behind `transport`.
    pub fn new(
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        issuer: &'static Issuer,
    ) -> Self {
        Self { transport, clock, issuer, requests: AtomicU64::new(0) }
    }

    /// How many requests were sent, successful or not.
    pub fn requests(&self) -> u64 {
        self.requests.load(Relaxed)
    }

    /// The clock that times the requests.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The URL of the endpoint below a configured URL.
    pub fn url(&self, base: &BaseUrl) -> Url {
        base.below(self.issuer.token_path)
    }

    /// Waits for leave to send a request to the host of `base`.
    pub fn permit(&self, base: &BaseUrl) -> Permit<'_> {
        self.transport.permit(base.origin())
    }

    /// Makes a request, sends it and numbers it, all within `limit`: a signer may answer late.
    ///
    /// # Errors
    /// What making or sending the request met. If the request never left, the failure says so.
    pub async fn ask(
        &self,
        base: &BaseUrl,
        request: impl Future<Output = Result<TokenRequest, Failure>>,
        limit: Duration,
    ) -> Result<Answered, Failure> {
        let began = self.clock.now();
        let made = timeout(limit, request).await.unwrap_or_else(|_| Err(signed_too_late(limit)));
        let made = made.map_err(|failure| Failure { had_no_effect: true, ..failure })?;
        let sent = self.clock.now();
        let number = self.requests.fetch_add(1, Relaxed) + 1;
        let left = limit.saturating_sub(sent.since(began));
        let response = self.transport.send(self.http_request(base, made, left)).await?;
        Ok(Answered { number, response, began, sent, received: self.clock.now() })
    }

    fn http_request(&self, base: &BaseUrl, made: TokenRequest, timeout: Duration) -> Request {
        let mut headers = vec![
            ("accept", Secret::new("application/json".to_owned())),
            ("content-type", Secret::new(made.content_type.to_owned())),
        ];
        headers.extend(made.authorization.map(|value| ("authorization", value)));
        Request {
            method: "POST",
            url: self.url(base),
            headers,
            body: made.body,
            timeout,
            wanted_headers: self.issuer.wanted_headers,
            body_limit: BODY_LIMIT,
        }
    }

    /// Reads an answer.
    ///
    /// # Errors
    /// What the issuer refused, or what else came in place of a token response.
    pub fn read(&self, answer: &Answered) -> Result<Granted, Failure> {
        response::parse(&answer.response, self.issuer, answer.received)
    }

    /// What an answer says of the refresh token, whatever else it says.
    pub fn successor(answer: &Answered) -> Successor {
        response::successor(&answer.response)
    }
}

fn signed_too_late(limit: Duration) -> Failure {
    let what = format!("The request was not signed within {} ms.", limit.as_millis());
    Failure::new(Code::NetworkTimeout, what)
}
