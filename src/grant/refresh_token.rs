//! The refresh token grant (RFC 6749 §6). After a lost answer, the request may not be sent again.
//! With rotation, the refresh token may be spent, and Salesforce revokes the whole family when a
//! spent token is used.

use url::Url;

use super::{TokenRequest, client_authentication};
use crate::clock::Moment;
use crate::credential::Client;
use crate::failure::Failure;
use crate::secret::Secret;

/// The token request.
///
/// # Errors
/// The failure of signing a client assertion.
pub async fn request(
    client: &Client,
    endpoint: &Url,
    refresh_token: &Secret,
    now: Moment,
) -> Result<TokenRequest, Failure> {
    let grant = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())];
    client_authentication::request(client, endpoint, &grant, now).await
}
