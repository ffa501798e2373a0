//! What is traded for an access token at the token endpoint (RFC 6749 §1.3): one file a grant.

pub mod authorization_code;
mod client_authentication;
pub mod jwt_bearer;
pub mod refresh_token;

use crate::secret::Secret;

/// What a token request carries.
pub struct TokenRequest {
    /// `application/x-www-form-urlencoded`.
    pub form: Secret,
    /// The `Authorization` header.
    pub authorization: Option<Secret>,
}
