//! The JWT bearer grant (RFC 7523 §2.1). A lost answer may be replayed: the next attempt signs
//! another assertion, and Salesforce answers with the session that is alive.

use super::{TokenRequest, assertion};
use crate::clock::Moment;
use crate::credential::JwtCredential;
use crate::failure::Failure;

/// The token request, with a newly signed assertion.
///
/// # Errors
/// What the signer met; `INTERNAL` if the system gives no random numbers.
pub async fn request(
    credential: &JwtCredential,
    audience: &str,
    now: Moment,
) -> Result<TokenRequest, Failure> {
    let assertion = assertion::sign(credential, audience, now).await?;
    // The characters of a JWT need no escape in a form.
    Ok(TokenRequest::form(format!(
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={}",
        assertion.expose()
    )))
}
