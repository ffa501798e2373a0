//! Allows at most sixty useless logins an hour for one identity. A loop would use up the 3,600
//! logins an hour that Salesforce allows a user (Salesforce knowledge article 000381578).

use std::time::Duration;

use crate::bounded::Bounded;
use crate::clock::Moment;
use crate::failure::{Code, Failure};
use crate::identity::Identity;

const HOUR: Duration = Duration::from_secs(3_600);
const MOST: u32 = 60;

/// How many logins of each identity were refused, or were forced by a 401. A login after a token's
/// configured life is not counted, whatever token it brings.
#[derive(Default)]
pub struct MintCap(Bounded<Identity, Hour>);

struct Hour {
    ends: Moment,
    spent: u32,
}

impl MintCap {
    /// Counts one useless login.
    pub fn count(&self, identity: Identity, now: Moment) {
        self.0.update(identity, |hour| match hour {
            Some(hour) if now.is_before(hour.ends) => Hour { spent: hour.spent + 1, ..*hour },
            _ => Hour { ends: now.after(HOUR), spent: 1 },
        });
    }

    /// The failure, if no login may be made at `now`.
    pub fn refuses(&self, identity: &Identity, now: Moment) -> Option<Failure> {
        let ends = self.0.get(identity, |hour| (hour.spent >= MOST).then_some(hour.ends))??;
        now.is_before(ends).then(|| Failure {
            retry_after: Some(ends.since(now)),
            ..Failure::new(
                Code::LoginsCapped,
                "60 logins of this hour were refused or brought a token that was refused.",
            )
        })
    }

    /// Sets all counts to zero.
    pub fn clear(&self) {
        self.0.clear();
    }
}
