//! What is traded for an access token at the token endpoint (RFC 6749 §1.3): one file for each
//! grant.

pub mod assertion;
pub mod authorization_code;
mod client_authentication;
pub mod jwt_bearer;
pub mod refresh_token;

use crate::secret::Secret;

/// The content of a token request.
pub struct TokenRequest {
    /// The body.
    pub body: Secret,
    /// The media type of the body.
    pub content_type: &'static str,
    /// The `Authorization` header.
    pub authorization: Option<Secret>,
}

impl TokenRequest {
    /// A form, as in RFC 6749.
    pub fn form(body: String) -> Self {
        Self {
            body: Secret::new(body),
            content_type: "application/x-www-form-urlencoded",
            authorization: None,
        }
    }

    /// A JSON object, as some issuers expect.
    pub fn json(body: String) -> Self {
        Self { content_type: "application/json", ..Self::form(body) }
    }
}
