//! The authorization code grant with PKCE (RFC 6749 §4.1, RFC 7636): how a user's first refresh token
//! is obtained. A code is good for one request: a lost answer may not be replayed.

use url::Url;

use super::{TokenRequest, client_authentication};
use crate::clock::Moment;
use crate::credential::Client;
use crate::failure::Failure;
use crate::secret::Secret;

/// What came back to the redirect URI, and what the login page was asked with.
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
/// What signing a client assertion met.
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
