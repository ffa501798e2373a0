//! A token endpoint (RFC 6749 §3.2) and its answers, for all issuers. Each issuer has a folder for
//! its peculiarities.

mod expiry;
mod field;
mod not_a_token;
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
use crate::retry::Patience;
use crate::secret::Secret;
use crate::token::Successor;
use crate::transport::{Permit, Request, Response, Transport};

pub use response::Granted;

/// More than a key in this process takes to sign.
const SIGNING: Duration = Duration::from_millis(250);
/// In bytes: larger than any token response.
const BODY_LIMIT: usize = 64 * 1_024;

/// What differs between the token endpoints of issuers.
pub struct Issuer {
    /// The path of the token endpoint below the configured URL.
    pub token_path: &'static str,
    /// The issuer's OAuth error codes that need no description, in addition to the standard codes.
    pub errors: &'static [(&'static str, Code)],
    /// Words of error descriptions. The first row whose words are all in the description wins.
    pub descriptions: &'static [(&'static [&'static str], Code)],
    /// Whether a token response must name an instance URL.
    pub needs_instance_url: bool,
    /// Response headers to read beside `date` and `retry-after`, in lower case.
    pub more_headers: &'static [&'static str],
}

/// The token endpoint of one issuer, as one token source uses it.
pub struct TokenEndpoint {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    issuer: &'static Issuer,
    requests: AtomicU64,
}

/// How long one attempt may take.
#[derive(Clone, Copy)]
pub struct AttemptTime {
    /// For making the request, sending it and reading the answer.
    pub limit: Duration,
    /// The least time for sending the request and reading the answer.
    pub least: Duration,
    /// Whether the request may be sent again. If not, and less than `least` is left after signing, the
    /// request is not sent: its answer could not be awaited.
    pub replays: bool,
}

impl AttemptTime {
    fn within(limit: Duration, patience: Patience) -> Self {
        Self { limit, least: patience.least, replays: patience.replays }
    }
}

/// An answer, with the number and the times of its request.
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

    /// Waits for a permit to send a request to the host of `base`.
    pub fn permit(&self, base: &BaseUrl) -> Permit<'_> {
        self.transport.permit(base.origin())
    }

    /// Adds to the failure of a call that has sent nothing how many requests it waited for.
    pub fn with_crowd(&self, base: &BaseUrl, failure: Failure) -> Failure {
        let waited = failure.code == Code::Deadline && failure.attempts == 0;
        match self.transport.crowd(&base.origin()).filter(|_| waited) {
            Some(crowd) => Failure { what: format!("{} {crowd}", failure.what), ..failure },
            None => failure,
        }
    }

    /// Makes a request, numbers it and sends it. `time` includes the time for making the request, because
    /// a signer may be slow.
    ///
    /// # Errors
    /// The failure of making or sending the request. `had_no_effect` is true if the request was not
    /// sent.
    pub async fn ask(
        &self,
        base: &BaseUrl,
        request: impl Future<Output = Result<TokenRequest, Failure>>,
        time: AttemptTime,
    ) -> Result<Answered, Failure> {
        let began = self.clock.now();
        let late = |_| Err(signed_too_late(time.limit));
        let made = timeout(time.limit, request).await.unwrap_or_else(late);
        let made = made.map_err(|failure| Failure { had_no_effect: true, ..failure })?;
        let sent = self.clock.now();
        let left = time.limit.saturating_sub(sent.since(began));
        if !time.replays && left + SIGNING < time.least {
            return Err(Failure { had_no_effect: true, ..signed_too_late(time.limit) });
        }
        let number = self.requests.fetch_add(1, Relaxed) + 1;
        let sending = self.transport.send(self.http_request(base, made, left.max(time.least)));
        let response = sending.await.map_err(not_a_token::status_first)?;
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
            wanted_headers: [&["date", "retry-after"], self.issuer.more_headers].concat(),
            body_limit: BODY_LIMIT,
        }
    }

    /// Reads an answer.
    ///
    /// # Errors
    /// The issuer's refusal, or the failure for an answer that is not a token response.
    pub fn read(&self, answer: &Answered) -> Result<Granted, Failure> {
        response::parse(&answer.response, self.issuer, answer.received)
    }

    /// What an answer says of the refresh token, even if the rest of the answer is unusable.
    pub fn successor(answer: &Answered) -> Successor {
        response::successor(&answer.response)
    }
}

fn signed_too_late(limit: Duration) -> Failure {
    let what = format!("The request was not signed within {} ms.", limit.as_millis());
    Failure::new(Code::NetworkTimeout, what)
}
