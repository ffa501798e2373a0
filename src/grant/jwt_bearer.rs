//! The JWT bearer grant (RFC 7523 §2.1). A lost answer may be replayed: the next attempt signs
//! another assertion, and Salesforce answers with the session that lives.

use crate::assertion;
use crate::clock::Moment;
use crate::credential::Credential;
use crate::failure::Failure;
use crate::secret::Secret;

/// The form body of the token request, with a newly signed assertion.
///
/// # Errors
/// `INTERNAL` if signing fails.
pub fn form(
    credential: &Credential,
    audience: &str,
    now: Moment,
) -> Result<Secret<String>, Failure> {
    let assertion = assertion::sign(credential, audience, now)?;
    // The characters of a JWT need no escape in a form.
    Ok(Secret::new(format!(
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={}",
        assertion.expose()
    )))
}
