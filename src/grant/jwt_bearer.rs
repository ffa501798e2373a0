//! The JWT bearer grant (RFC 7523 §2.1). A lost answer may be replayed: the next attempt signs
//! another assertion, and Salesforce answers with the session that lives.

use super::TokenRequest;
use crate::assertion;
use crate::clock::Moment;
use crate::credential::Credential;
use crate::failure::Failure;
use crate::secret::Secret;

/// The token request, with a newly signed assertion.
///
/// # Errors
/// `INTERNAL` if signing fails.
pub fn request(
    credential: &Credential,
    audience: &str,
    now: Moment,
) -> Result<TokenRequest, Failure> {
    let assertion = assertion::sign(credential, audience, now)?;
    // The characters of a JWT need no escape in a form.
    let form = format!(
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={}",
        assertion.expose()
    );
    Ok(TokenRequest { form: Secret::new(form), authorization: None })
}
