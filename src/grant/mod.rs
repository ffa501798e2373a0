//! What is traded for an access token at the token endpoint (RFC 6749 §1.3): a file a grant.

pub mod assertion;
pub mod authorization_code;
mod client_authentication;
pub mod jwt_bearer;
pub mod refresh_token;

use crate::secret::Secret;

/// What a token request carries.
pub struct TokenRequest {
    /// The body.
    pub body: Secret,
    /// The media type of the body.
    pub content_type: &'static str,
    /// The `Authorization` header.
    pub authorization: Option<Secret>,
}

impl TokenRequest {
    /// A form, as RFC 6749 has it.
    pub fn form(body: String) -> Self {
        Self {
            body: Secret::new(body),
            content_type: "application/x-www-form-urlencoded",
            authorization: None,
        }
    }

    /// A JSON object, as some issuers have it.
    pub fn json(body: String) -> Self {
        Self { content_type: "application/json", ..Self::form(body) }
    }
}
