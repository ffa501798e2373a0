//! Removes the secrets that were sent from a failure: a server may repeat them in its description.

use crate::credential::Client;
use crate::failure::Failure;
use crate::secret::Secret;

/// Replaces the secrets by `…`. A client secret may be too short to be recognised by its length.
pub(super) fn redact(failure: Failure, client: &Client, sent: &[&Secret]) -> Failure {
    let secrets = || sent.iter().copied().chain(client.authentication.secret());
    let clean = |text: String| {
        secrets().fold(text, |text, secret| text.replace(secret.expose().as_str(), "…"))
    };
    Failure {
        what: clean(failure.what),
        error: failure.error.map(clean),
        error_description: failure.error_description.map(clean),
        ..failure
    }
}
