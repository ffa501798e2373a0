//! The authorization code grant with PKCE (RFC 6749 §4.1, RFC 7636): how a user's first refresh token
//! is obtained. A code is good for one request, so a lost answer may not be replayed.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::TokenRequest;
use super::client_authentication;
use crate::client::Client;
use crate::clock::Moment;
use crate::failure::Failure;
use crate::secret::Secret;

/// The token request.
///
/// # Errors
/// `INTERNAL` if signing fails.
pub fn request(
    client: &Client,
    code: &Secret,
    verifier: &Secret,
    redirect_uri: &str,
    now: Moment,
) -> Result<TokenRequest, Failure> {
    let grant = [
        ("grant_type", "authorization_code"),
        ("code", code.expose()),
        ("code_verifier", verifier.expose()),
        ("redirect_uri", redirect_uri),
    ];
    client_authentication::request(client, &grant, now)
}

/// The code challenge of a verifier, by the method S256 (RFC 7636 §4.2).
pub fn challenge(verifier: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.expose().as_bytes()))
}
