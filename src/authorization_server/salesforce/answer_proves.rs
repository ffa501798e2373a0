//! What an answer with a failure proves about the grant that was sent.

use crate::failure::{Code, Failure};

/// Salesforce handles one request for each grant at a time, and rejects the second. A rejected
/// request that consumes nothing (JWT bearer, no rotation) may be sent again.
pub(super) fn as_busy(failure: Failure) -> Failure {
    if failure.code != Code::RefreshUncertain {
        return failure;
    }
    Failure { code: Code::RateLimited, retryable: true, had_no_effect: true, ..failure }
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
    !matches!(failure.code, Code::RefreshUncertain | Code::ServerUnavailable)
        && (failure.error.is_some() || status >= 300)
}
