//! Failures that the same request would meet again, remembered for a while: another attempt would use
//! up the user's logins.

use std::time::Duration;

use crate::bounded::Bounded;
use crate::clock::Moment;
use crate::failure::{Code, Failure};
use crate::identity::Identity;

/// For a failure that heals by itself: a page in place of an answer, an answer without a token.
const SHORT_PAUSE: Duration = Duration::from_secs(1);
/// For a refusal in OAuth's own words, and the longest pause of any other failure.
const PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// What one source remembers of each identity. A corrected credential is another identity.
#[derive(Default)]
pub struct Refusals(Bounded<Identity, Known>);

#[derive(Default)]
struct Known {
    /// Whether the login has ever brought a token.
    has_worked: bool,
    refusal: Option<Box<Refusal>>,
}

#[derive(Clone)]
struct Refusal {
    failure: Failure,
    pause: Duration,
    until: Moment,
}

impl Refusals {
    /// The failure to give again at `now`. It says that it is remembered, and when the next attempt is
    /// due.
    pub fn get(&self, identity: &Identity, now: Moment) -> Option<Failure> {
        self.0.get(identity, |known| known.refusal.as_ref()?.again(now))?
    }

    /// Remembers a failure that the same request would meet again.
    pub fn remember(&self, identity: Identity, failure: &Failure, now: Moment) {
        if !would_repeat(failure) {
            return;
        }
        self.0.update(identity, |known| {
            let has_worked = known.is_some_and(|known| known.has_worked);
            let last = known.and_then(|known| known.refusal.as_ref()).map(|last| last.pause);
            let pause = pause_of(failure, last, has_worked);
            let until = now.after(pause.max(failure.retry_after.unwrap_or_default()));
            let refusal = Refusal { failure: failure.clone(), pause, until };
            Known { has_worked, refusal: Some(Box::new(refusal)) }
        });
    }

    /// Forgets the refusal of an identity that was granted a token.
    pub fn granted(&self, identity: Identity) {
        self.0.update(identity, |_| Known { has_worked: true, refusal: None });
    }

    /// Forgets all refusals, and which logins have worked.
    pub fn clear(&self) {
        self.0.clear();
    }
}

impl Refusal {
    fn again(&self, now: Moment) -> Option<Failure> {
        let Self { failure, until, .. } = self;
        if !now.is_before(*until) {
            return None;
        }
        let left = until.since(now);
        Some(Failure {
            what: format!(
                "{} This answer is remembered; the next attempt is due in {} s, or after clearAllTokens() or clearAllConnections().",
                failure.what,
                left.as_secs() + 1
            ),
            retry_after: Some(left),
            attempts: 0,
            ..failure.clone()
        })
    }
}

/// How long a failure is remembered, given the pause of the one before it, if no token came between.
fn pause_of(failure: &Failure, last: Option<Duration>, has_worked: bool) -> Duration {
    // The server itself has said for how long.
    if failure.code == Code::RateLimited {
        return last.unwrap_or_default();
    }
    if failure.error.is_none() {
        return last.map_or(SHORT_PAUSE, |last| last * 2).clamp(SHORT_PAUSE, PAUSE);
    }
    match last {
        // Salesforce is known to answer `invalid_client_id` now and then to a login that works.
        None if has_worked && failure.code != Code::LoginRateExceeded => SHORT_PAUSE,
        Some(last) if last >= PAUSE && !is_being_mended(failure.code) => {
            (last * 2).min(LONGEST_PAUSE)
        }
        _ => PAUSE,
    }
}

/// Whether the same request would be answered the same: by a final answer, or by the login limit, which
/// lasts up to an hour and counts every attempt.
fn would_repeat(failure: &Failure) -> bool {
    match failure.code {
        Code::LoginRateExceeded => true,
        // The lineage of the refresh token remembers these.
        Code::RefreshTokenInvalid | Code::RefreshUncertain => false,
        Code::RateLimited => failure.retry_after.is_some(),
        _ => failure.status.is_some() && !failure.retryable,
    }
}

/// Whether an administrator is likely to be mending this in Salesforce at this moment.
fn is_being_mended(code: Code) -> bool {
    matches!(
        code,
        Code::UserNotApproved
            | Code::UserNotAdminApproved
            | Code::ClientIdInvalid
            | Code::AppNotFound
    )
}
