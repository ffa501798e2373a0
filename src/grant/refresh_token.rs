//! The refresh token grant (RFC 6749 §6). A lost answer may not be replayed: with rotation on, the
//! refresh token may be spent, and Salesforce revokes the whole family when a spent one is used.

use url::Url;

use super::{TokenRequest, client_authentication};
use crate::clock::Moment;
use crate::credential::Client;
use crate::failure::Failure;
use crate::secret::Secret;

/// The token request.
///
/// # Errors
/// What signing a client assertion met.
pub async fn request(
    client: &Client,
    endpoint: &Url,
    refresh_token: &Secret,
    now: Moment,
) -> Result<TokenRequest, Failure> {
    let grant = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())];
    client_authentication::request(client, endpoint, &grant, now).await
}
