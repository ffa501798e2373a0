//! Final answers of the authorization server, remembered for a while. The same request would get
//! the same answer, and use up the user's logins.

use std::time::Duration;

use crate::bounded::Bounded;
use crate::clock::Moment;
use crate::failure::{Code, Failure};
use crate::identity::Identity;

const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// The refusals of one source, by identity. A corrected credential is another identity.
#[derive(Default)]
pub struct Refusals(Bounded<Identity, Remembered>);

struct Remembered {
    failure: Failure,
    pause: Duration,
    until: Moment,
}

impl Refusals {
    /// The refusal that is remembered at `now`. Its text says that the answer is remembered, and
    /// when the next attempt is due.
    pub fn get(&self, identity: &Identity, now: Moment) -> Option<Failure> {
        self.0.get(identity, |refusal| refusal.again(now))?
    }

    /// Remembers a failure if it is final. A repeated failure is remembered for twice as long,
    /// except one that an administrator is probably repairing in Salesforce.
    pub fn remember(&self, identity: Identity, failure: &Failure, now: Moment) {
        if !is_final(failure) {
            return;
        }
        self.0.update(identity, |last| {
            let pause = match last {
                // The server has said for how long.
                _ if failure.code == Code::RateLimited => Duration::ZERO,
                Some(last) if !is_being_mended(failure.code) => (last.pause * 2).min(LONGEST_PAUSE),
                _ => FIRST_PAUSE,
            };
            let until = now.after(pause.max(failure.retry_after.unwrap_or_default()));
            Remembered { failure: failure.clone(), pause, until }
        });
    }

    /// Forgets the refusal of an identity that was granted a token.
    pub fn forget(&self, identity: &Identity) {
        self.0.remove(identity);
    }

    /// Forgets all refusals.
    pub fn clear(&self) {
        self.0.clear();
    }
}

impl Remembered {
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

/// Whether the same request would get the same answer. The login limit is included, because it
/// lasts up to an hour and counts every attempt.
fn is_final(failure: &Failure) -> bool {
    match failure.code {
        Code::LoginRateExceeded => true,
        // The lineage of the refresh token remembers these for good.
        Code::RefreshTokenInvalid | Code::RefreshUncertain => false,
        Code::RateLimited => failure.retry_after.is_some(),
        _ => failure.status.is_some() && !failure.retryable,
    }
}

fn is_being_mended(code: Code) -> bool {
    matches!(
        code,
        Code::UserNotApproved
            | Code::UserNotAdminApproved
            | Code::ClientIdInvalid
            | Code::AppNotFound
    )
}
