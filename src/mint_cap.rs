//! At most sixty logins an hour for one identity that brought nothing: a wheel that spins would use
//! up the 3,600 that Salesforce allows a user (Salesforce knowledge article 000381578).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Moment;
use crate::failure::{Code, Failure};
use crate::identity::Identity;

const HOUR: Duration = Duration::from_secs(3_600);
const MOST: u32 = 60;
/// A program with more failing identities than this begins to count anew.
const CAPACITY: usize = 10_000;

/// How many logins of each identity were refused, forced by a 401, or brought the token that was
/// there already. A login after a token's configured life is not counted.
#[derive(Default)]
pub struct MintCap(Mutex<HashMap<Identity, Hour>>);

struct Hour {
    ends: Moment,
    spent: u32,
}

impl MintCap {
    /// Counts one.
    pub fn count(&self, identity: Identity, now: Moment) {
        let mut hours = self.lock();
        if hours.len() >= CAPACITY && !hours.contains_key(&identity) {
            hours.clear();
        }
        let hour = hours.entry(identity).or_insert(Hour { ends: now.after(HOUR), spent: 0 });
        if !now.is_before(hour.ends) {
            *hour = Hour { ends: now.after(HOUR), spent: 0 };
        }
        hour.spent += 1;
    }

    /// Why no login may be made at `now`.
    pub fn refuses(&self, identity: &Identity, now: Moment) -> Option<Failure> {
        let hours = self.lock();
        let hour = hours.get(identity).filter(|hour| hour.spent >= MOST)?;
        now.is_before(hour.ends).then(|| Failure {
            retry_after: Some(hour.ends.since(now)),
            ..Failure::new(
                Code::LoginsCapped,
                "60 logins of this hour were refused or brought a token that was refused.",
            )
        })
    }

    /// Begins to count anew.
    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Identity, Hour>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
