//! The JWT bearer grant (RFC 7523 §2.1). After a lost answer, the request may be sent again. The
//! next attempt signs a new assertion, and Salesforce answers with the live session.

use super::{TokenRequest, assertion};
use crate::clock::Moment;
use crate::credential::JwtCredential;
use crate::failure::Failure;

/// The token request, with a newly signed assertion.
///
/// # Errors
/// The failure of the signer; `INTERNAL` if the system gives no random numbers.
pub async fn request(
    credential: &JwtCredential,
    audience: &str,
    now: Moment,
) -> Result<TokenRequest, Failure> {
    let assertion = assertion::sign(credential, audience, now).await?;
    // The characters of a JWT need no escaping in a form.
    Ok(TokenRequest::form(format!(
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={}",
        assertion.expose()
    )))
}
