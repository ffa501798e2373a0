//! Final answers of the authorization server, remembered for a while: asking again at once would
//! bring the same answer and use up the user's logins.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Moment;
use crate::failure::{Code, Failure};
use crate::identity::Identity;

const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);
/// A program with more refused logins than this asks again after the table was emptied.
const CAPACITY: usize = 10_000;

/// The refusals of one source, by identity: a corrected credential is another identity.
#[derive(Default)]
pub struct Refusals(Mutex<HashMap<Identity, Remembered>>);

struct Remembered {
    failure: Failure,
    pause: Duration,
    until: Moment,
}

impl Refusals {
    /// The refusal to give again at `now`, which says so and when the next attempt is due.
    pub fn get(&self, identity: &Identity, now: Moment) -> Option<Failure> {
        let refusals = self.lock();
        let Remembered { failure, until, .. } = refusals.get(identity)?;
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

    /// Remembers a failure if it is final. A repeated one is remembered for twice as long, unless
    /// an administrator is likely to be mending it in Salesforce at this moment.
    pub fn remember(&self, identity: Identity, failure: &Failure, now: Moment) {
        if !is_final(failure) {
            return;
        }
        let mut refusals = self.lock();
        if refusals.len() >= CAPACITY && !refusals.contains_key(&identity) {
            refusals.clear();
        }
        let pause = match refusals.get(&identity) {
            // The server itself has said for how long.
            _ if failure.code == Code::RateLimited => Duration::ZERO,
            Some(last) if !is_being_mended(failure.code) => (last.pause * 2).min(LONGEST_PAUSE),
            _ => FIRST_PAUSE,
        };
        let until = now.after(pause.max(failure.retry_after.unwrap_or_default()));
        refusals.insert(identity, Remembered { failure: failure.clone(), pause, until });
    }

    /// Forgets the refusal of an identity that was granted a token.
    pub fn forget(&self, identity: &Identity) {
        self.lock().remove(identity);
    }

    /// Forgets all refusals.
    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Identity, Remembered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the same request would be answered the same: what the server said for good, and the
/// login limit, which lasts up to an hour and counts every attempt.
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
