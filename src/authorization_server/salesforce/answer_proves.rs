//! What a failed answer proves about the grant that was sent.

use crate::failure::{Code, Failure};

/// Whether Salesforce handles another request of the same grant just now. It rejected this one, which
/// consumed nothing and may be sent again.
pub(super) fn is_busy(failure: &Failure) -> bool {
    failure.code == Code::RateLimited && failure.error.as_deref() == Some("invalid_grant")
}

/// `invalid_grant` without more is about the grant itself (RFC 6749 §5.2).
pub(super) fn about_the_grant(failure: Failure, code: Code) -> Failure {
    let is_unclear = matches!(failure.code, Code::Refused | Code::AssertionExpired);
    if !is_unclear || failure.error.as_deref() != Some("invalid_grant") {
        return failure;
    }
    Failure { code, retryable: code.is_retryable(), ..failure }
}

/// Whether the answer proves that nothing happened: an OAuth error, or 3xx and 4xx but 408. A 5xx
/// proves nothing, nor does 408: gateways send both after they have passed the request on.
pub(super) fn is_refusal(failure: &Failure) -> bool {
    let Some(status) = failure.status.filter(|status| *status < 500) else { return false };
    failure.code != Code::ServerUnavailable && (failure.error.is_some() || status >= 300)
}
