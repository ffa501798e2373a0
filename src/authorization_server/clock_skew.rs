//! How far this machine's clock is from a token host's, by its `Date` header.
//!
//! It is learnt when an assertion was refused as expired, and used for signing only: the life of a
//! token is never measured with it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::clock::Moment;

/// A smaller difference cannot be why an assertion of three minutes has expired.
const SMALLEST: i64 = 30;

/// Seconds to add to this machine's clock, by token host.
#[derive(Default)]
pub(super) struct ClockSkews(Mutex<HashMap<String, i64>>);

impl ClockSkews {
    /// Seconds by which the host's clock is ahead of this machine's; 0 if nothing else was learnt.
    pub fn of(&self, host: &str) -> i64 {
        self.lock().get(host).copied().unwrap_or(0)
    }

    /// The time to sign with.
    pub fn signing_time(&self, host: &str, now: Moment) -> Moment {
        let skew = self.of(host);
        Moment { wall: now.wall.saturating_add_signed(skew * 1_000_000), ..now }
    }

    /// Learns from the `Date` of an answer to a request sent at `sent`. Whether the difference is
    /// news that makes another attempt worth while.
    pub fn learn(&self, host: &str, date: Option<&str>, sent: Moment, received: Moment) -> bool {
        let Some(theirs) = date.and_then(seconds_of) else { return false };
        let ours = sent.after(received.since(sent) / 2).unix_seconds();
        let skew = theirs - i64::try_from(ours).unwrap_or(0);
        let mut skews = self.lock();
        let known = skews.get(host).copied().unwrap_or(0);
        if (skew - known).abs() < SMALLEST {
            return false;
        }
        skews.insert(host.to_owned(), if skew.abs() < SMALLEST { 0 } else { skew });
        true
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn seconds_of(date: &str) -> Option<i64> {
    let since_epoch: Duration =
        httpdate::parse_http_date(date.trim()).ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(since_epoch.as_secs()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tue, 14 Nov 2023 22:13:20 GMT
    const NOW: Moment = Moment { wall: 1_700_000_000_000_000, monotonic: 0, boot: 0 };

    #[test]
    fn a_difference_is_news_once_and_signs_with_the_hosts_time() {
        let skews = ClockSkews::default();
        let ahead = Some("Tue, 14 Nov 2023 22:23:20 GMT");
        assert!(skews.learn("host", ahead, NOW, NOW));
        assert!(!skews.learn("host", ahead, NOW, NOW));
        assert_eq!(skews.signing_time("host", NOW).unix_seconds(), NOW.unix_seconds() + 600);
        assert_eq!(skews.signing_time("other", NOW), NOW);
        // This machine's clock was set: the difference is gone.
        assert!(skews.learn("host", Some("Tue, 14 Nov 2023 22:13:20 GMT"), NOW, NOW));
        assert_eq!(skews.signing_time("host", NOW), NOW);
    }

    #[test]
    fn small_differences_and_unreadable_dates_are_no_news() {
        let skews = ClockSkews::default();
        for date in [None, Some("soon"), Some("Tue, 14 Nov 2023 22:13:49 GMT")] {
            assert!(!skews.learn("host", date, NOW, NOW), "{date:?}");
        }
    }
}
