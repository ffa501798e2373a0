//! The authorization code grant with PKCE (RFC 6749 §4.1, RFC 7636): how a user's first refresh token
//! is obtained. A code is good for one request, so a lost answer may not be replayed.

use super::TokenRequest;
use super::client_authentication;
use crate::client::Client;
use crate::clock::Moment;
use crate::failure::Failure;
use crate::secret::Secret;

/// What came back to the redirect URI, and what it was asked for with.
pub struct AuthorizationCode {
    /// The code.
    pub code: Secret,
    /// The code verifier (RFC 7636 §4.1).
    pub verifier: Secret,
    /// The redirect URI.
    pub redirect_uri: String,
}

/// The token request.
///
/// # Errors
/// `INTERNAL` if signing fails.
pub fn request(
    client: &Client,
    grant: &AuthorizationCode,
    now: Moment,
) -> Result<TokenRequest, Failure> {
    let grant = [
        ("grant_type", "authorization_code"),
        ("code", grant.code.expose()),
        ("code_verifier", grant.verifier.expose()),
        ("redirect_uri", &grant.redirect_uri),
    ];
    client_authentication::request(client, &grant, now)
}
