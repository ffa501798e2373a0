//! An authorization server that costs only the signature, because laws ask it very often.

use jsforce_connection_manager::failure::Failure;
use jsforce_connection_manager::secret::Secret;
use jsforce_connection_manager::transport::{Answer, Request, Response, Transport};
use serde_json::json;

use super::support::ORG;

/// Answers each request by a closure, at once.
pub struct Server<F>(pub F);

impl<F> Transport for Server<F>
where
    F: Fn() -> Result<Response, Failure> + Send + Sync + 'static,
{
    fn send(&self, _request: Request) -> Answer<'_> {
        Box::pin(async move { (self.0)() })
    }
}

/// A token response that may name a life in seconds.
pub fn granted(token: &str, expires_in: Option<u64>) -> Response {
    let mut body = json!({ "access_token": token, "instance_url": ORG });
    if let Some(seconds) = expires_in {
        body["expires_in"] = seconds.into();
    }
    answer(200, body.to_string().into_bytes())
}

/// The OAuth error of a user that is switched off, which is final.
pub fn inactive_user() -> Response {
    answer(400, br#"{"error":"inactive_user","error_description":"user is inactive"}"#.to_vec())
}

pub fn answer(status: u16, body: Vec<u8>) -> Response {
    Response { status, headers: vec![], body: Secret::new(body) }
}

/// A runtime with paused time, so that no retry really sleeps.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}
