//! Which failures deserve another attempt, and how long to wait before it.

use std::time::Duration;

use super::Patience;
use crate::entropy::jitter;
use crate::failure::{Code, Failure};

const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// The wait before the next attempt; `None` if no attempt should follow.
pub(super) fn wait_after(failure: &Failure, patience: Patience) -> Option<Duration> {
    if !patience.replays && !failure.had_no_effect {
        return None;
    }
    let attempts = patience.attempts;
    let most = match failure.code {
        // The login limit lasts up to an hour, and every attempt counts against it.
        Code::LoginRateExceeded | Code::Internal => return None,
        // A maintenance page is gone at the second attempt, or stays.
        Code::BadResponse => attempts.min(2),
        // The signing time has been corrected: one more attempt, without a wait.
        Code::AssertionExpired if failure.retryable && failure.attempts < attempts.min(2) => {
            return Some(Duration::ZERO);
        }
        _ => attempts,
    };
    if !failure.retryable || failure.attempts >= most {
        return None;
    }
    let ceiling = LONGEST_WAIT.min(FIRST_WAIT * 2u32.pow(failure.attempts - 1));
    Some(match failure.retry_after {
        Some(wait) => wait,
        // Full jitter may be no wait at all. A server that asks for fewer requests gets at least
        // half.
        None if failure.code == Code::RateLimited => ceiling / 2 + jitter(ceiling / 2),
        None => jitter(ceiling),
    })
}
