//! The authorization code grant with PKCE (RFC 6749 §4.1, RFC 7636), which brings a user's first
//! refresh token. A code is good for one request. After a lost answer, the request may not be sent
//! again.

use url::Url;

use super::{TokenRequest, client_authentication};
use crate::clock::Moment;
use crate::credential::Client;
use crate::failure::Failure;
use crate::secret::Secret;

/// The code that came to the redirect URI, and values of its authorization request.
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
/// The failure of signing a client assertion.
pub async fn request(
    client: &Client,
    endpoint: &Url,
    grant: &AuthorizationCode,
    now: Moment,
) -> Result<TokenRequest, Failure> {
    let grant = [
        ("grant_type", "authorization_code"),
        ("code", grant.code.expose()),
        ("code_verifier", grant.verifier.expose()),
        ("redirect_uri", &grant.redirect_uri),
    ];
    client_authentication::request(client, endpoint, &grant, now).await
}
