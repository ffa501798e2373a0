//! One HTTP request and its answer, by any transport.

mod breakage;
mod http;
mod lookup;
mod no_proxy;
mod permits;
mod proxy;
mod resolver;

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
    /// The URL to send the request to.
    pub url: Url,
    /// Request headers. Each value is treated as a secret.
    pub headers: Vec<(&'static str, Secret)>,
    /// The body. An empty body is not sent.
    pub body: Secret,
    /// How long the request and its answer may take together.
    pub timeout: Duration,
    /// The response headers to return, in lower case.
    pub wanted_headers: Vec<&'static str>,
    /// The largest response body that is read, in bytes. A larger body is `RESPONSE_TOO_LARGE`.
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
    /// The value of a wanted header; `None` if the answer has no such header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| &**value)
    }
}

/// A boxed future, so that a transport can be passed as an argument.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<Response, Failure>> + Send + 'a>>;

/// The wait for a permit to send one request. The permit lasts until its value is dropped.
pub type Permit<'a> = Pin<Box<dyn Future<Output = Box<dyn Send>> + Send + 'a>>;

/// Sends one request; it neither retries nor follows redirects.
pub trait Transport: Send + Sync + 'static {
    /// Sends the request and reads the whole answer.
    fn send(&self, request: Request) -> Answer<'_>;

    /// Waits until one more request may be sent to this origin. A transport without limits does not
    /// wait.
    fn permit(&self, _origin: String) -> Permit<'_> {
        Box::pin(async { Box::new(()) as Box<dyn Send> })
    }

    /// How many requests are in the air, if requests to this origin wait for permits now. A transport
    /// without limits never says so.
    fn crowd(&self, _origin: &str) -> Option<String> {
        None
    }
}
