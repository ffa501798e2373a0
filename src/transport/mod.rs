//! One HTTP request and its answer, whatever sends it.

mod breakage;
mod http;
mod permits;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use url::Url;

use crate::failure::Failure;
use crate::secret::Secret;

pub use http::HttpTransport;

/// One request.
pub struct Request {
    /// The method, such as `POST` (RFC 9110 §9).
    pub method: &'static str,
    /// Where it goes.
    pub url: Url,
    /// Request headers. Each value is taken for a secret.
    pub headers: Vec<(&'static str, Secret)>,
    /// The body; nothing is sent of an empty one.
    pub body: Secret,
    /// How long the request and its answer may take together.
    pub timeout: Duration,
    /// Which response headers are wanted, in small letters.
    pub wanted_headers: &'static [&'static str],
    /// The largest body that is read, in bytes. A larger one is `RESPONSE_TOO_LARGE`.
    pub body_limit: usize,
}

/// An answer, whatever its status.
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// The wanted headers that the answer has.
    pub headers: Vec<(&'static str, String)>,
    /// The body; it may hold an access token.
    pub body: Secret<Vec<u8>>,
}

impl Response {
    /// The value of a wanted header; none if the answer lacks it.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| &**value)
    }
}

/// A boxed future, so that a transport can be passed as an argument.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<Response, Failure>> + Send + 'a>>;

/// The wait for leave to send one request. The leave lasts as long as the value is alive.
pub type Permit<'a> = Pin<Box<dyn Future<Output = Box<dyn Send>> + Send + 'a>>;

/// Sends one request; it neither retries nor follows redirects.
pub trait Transport: Send + Sync + 'static {
    /// Sends the request and reads the whole answer.
    fn send(&self, request: Request) -> Answer<'_>;

    /// Waits until one more request may be sent to this origin. A transport without limits gives
    /// leave at once.
    fn permit(&self, _origin: String) -> Permit<'_> {
        Box::pin(async { Box::new(()) as Box<dyn Send> })
    }
}
