//! Tokens and failures as plain values.

use napi_derive::napi;

use crate::cache::{CachedToken, Ticket};
use crate::failure::{Code, Failure};

use super::rotation::Rotation;
use super::secret_text::SecretText;

/// The answer to a call for a token.
#[napi(discriminant = "outcome", discriminant_case = "lowercase", object_from_js = false)]
pub enum Outcome {
    /// A token.
    Granted {
        /// The token, its host and its life.
        token: GrantedToken,
    },
    /// A new refresh token. It must be stored before the access token is handed out.
    Rotated {
        /// The refresh token, with methods to report how storing ended.
        rotation: Rotation,
    },
    /// A failure.
    Refused {
        /// What went wrong.
        refusal: Refusal,
    },
}

/// A token, its host and its life.
#[napi(object, object_from_js = false)]
pub struct GrantedToken {
    /// The ticket for `peek`. If the token is not cached, 0, which is never alive.
    pub ticket: f64,
    /// The token itself.
    #[napi(ts_type = "string")]
    pub access_token: SecretText,
    /// The org's API host.
    pub instance_url: Option<String>,
    /// Salesforce's identity URL.
    pub identity_url: Option<String>,
    /// Granted scopes.
    pub scope: Option<String>,
    /// Seconds by which the server's clock is ahead of this machine's. 0 unless the server refused
    /// an assertion because of the difference.
    pub clock_skew: f64,
    /// The number of the request that brought the token.
    pub request: f64,
    /// When the token is no longer handed out, in milliseconds since the Unix epoch.
    pub expires_at: f64,
}

/// A failure; `lib/errors.js` makes an error of it.
#[napi(object, object_from_js = false)]
pub struct Refusal {
    /// The stable code.
    pub code: String,
    /// What happened, and what to do.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// The option at fault.
    pub option: Option<String>,
    /// `error` of the OAuth answer.
    pub error: Option<String>,
    /// `error_description` of the OAuth answer, cleaned.
    pub error_description: Option<String>,
    /// HTTP status.
    pub status: Option<u32>,
    /// How long the server asks to wait.
    pub retry_after_ms: Option<f64>,
    /// Requests sent.
    pub attempts: u32,
}

impl From<&CachedToken> for GrantedToken {
    fn from(cached: &CachedToken) -> Self {
        let token = &cached.token;
        Self {
            ticket: cached.ticket.map_or(0, Ticket::number) as f64,
            access_token: SecretText::from(&token.value),
            instance_url: token.instance_url.clone(),
            identity_url: token.identity_url.clone(),
            scope: token.scope.clone(),
            clock_skew: token.clock_skew as f64,
            request: token.request as f64,
            expires_at: (token.deadline.wall / 1_000) as f64,
        }
    }
}

impl From<&Failure> for Refusal {
    fn from(failure: &Failure) -> Self {
        Self {
            code: failure.code.name().to_owned(),
            message: failure.to_string(),
            hint: failure.code.hint().to_owned(),
            retryable: failure.retryable,
            option: failure.option.map(str::to_owned),
            error: failure.error.clone(),
            error_description: failure.error_description.clone(),
            status: failure.status.map(u32::from),
            retry_after_ms: failure.retry_after.map(|wait| wait.as_millis() as f64),
            attempts: failure.attempts,
        }
    }
}

/// The refusal for a failure that `lib/` found. `what` is one sentence. For an option, the sentence
/// also says what to do. An unknown code becomes `INTERNAL`.
#[napi(catch_unwind)]
pub fn refusal(code: String, what: String, option: Option<String>) -> Refusal {
    let code = Code::ALL.iter().find(|known| known.name() == code).unwrap_or(&Code::Internal);
    let failure = Failure::new(*code, what);
    match option {
        None => Refusal::from(&failure),
        Some(option) => {
            Refusal { message: failure.sentence(), option: Some(option), ..Refusal::from(&failure) }
        }
    }
}
