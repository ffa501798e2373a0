//! The refresh token grant (RFC 6749 §6). A lost answer may not be replayed: with rotation on, the
//! refresh token may have been spent, and Salesforce revokes the family of one that is used twice.

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
    refresh_token: &Secret,
    now: Moment,
) -> Result<TokenRequest, Failure> {
    let grant = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())];
    client_authentication::request(client, &grant, now)
}
