//! What an answer with a failure proves about the grant that was sent.

use crate::failure::{Code, Failure};

/// Whether Salesforce handles another request of the same grant just now. It rejected this one, which
/// consumed nothing and may be sent again.
pub(super) fn is_busy(failure: &Failure) -> bool {
    failure.code == Code::RateLimited && failure.error.as_deref() == Some("invalid_grant")
}

/// Gives `code` to an `invalid_grant` without a known description, which is about the grant itself
/// (RFC 6749 §5.2).
pub(super) fn about_the_grant(failure: Failure, code: Code) -> Failure {
    let is_unclear = matches!(failure.code, Code::Refused | Code::AssertionExpired);
    if !is_unclear || failure.error.as_deref() != Some("invalid_grant") {
        return failure;
    }
    Failure { code, retryable: code.is_retryable(), ..failure }
}

/// Whether the answer proves that the request had no effect. An OAuth error proves it, and so does
/// a 3xx or 4xx. A 5xx or 408 proves nothing, because gateways send both after they have forwarded
/// the request.
pub(super) fn is_refusal(failure: &Failure) -> bool {
    let Some(status) = failure.status.filter(|status| *status < 500) else { return false };
    failure.code != Code::ServerUnavailable && (failure.error.is_some() || status >= 300)
}
