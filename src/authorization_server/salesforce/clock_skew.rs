//! The difference between a token host's clock and this machine's, by the `Date` header of an
//! answer.
//!
//! The difference is learnt when an assertion is refused as expired. It is used for signing only,
//! never for the life of a token.

use std::time::SystemTime;

use super::super::Answered;
use crate::bounded::Bounded;
use crate::clock::Moment;
use crate::retry::http_date;

/// In seconds. A smaller difference cannot be the reason why an assertion with a life of three
/// minutes has expired.
const SMALLEST: i64 = 30;

/// Seconds to add to this machine's clock, by token host.
#[derive(Default)]
pub(super) struct ClockSkews(Bounded<String, i64>);

impl ClockSkews {
    /// Seconds by which the host's clock is ahead of this machine's; 0 if nothing else was learnt.
    pub fn of(&self, host: &str) -> i64 {
        self.0.get(&host.to_owned(), |skew| *skew).unwrap_or(0)
    }

    /// The time to sign with: `now` by the host's clock.
    pub fn signing_time(&self, host: &str, now: Moment) -> Moment {
        let skew = self.of(host);
        Moment { wall: now.wall.saturating_add_signed(skew * 1_000_000), ..now }
    }

    /// Learns the difference from the `Date` of an answer. Returns whether the difference is new,
    /// so that another attempt may succeed.
    pub fn learn(&self, host: &str, answer: &Answered) -> bool {
        let date = answer.response.header("date");
        let Some(theirs) = date.and_then(seconds_of) else { return false };
        let half = answer.received.since(answer.sent) / 2;
        let ours = answer.sent.after(half).unix_seconds();
        let skew = theirs - i64::try_from(ours).unwrap_or(0);
        if (skew - self.of(host)).abs() < SMALLEST {
            return false;
        }
        self.0.update(host.to_owned(), |_| if skew.abs() < SMALLEST { 0 } else { skew });
        true
    }

    /// Forgets all differences.
    pub fn forget(&self) {
        self.0.clear();
    }
}

fn seconds_of(date: &str) -> Option<i64> {
    let since_epoch = http_date(date)?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(since_epoch.as_secs()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::transport::Response;

    /// Tue, 14 Nov 2023 22:13:20 GMT
    const NOW: Moment = Moment { wall: 1_700_000_000_000_000, monotonic: 0, boot: 0 };

    /// An answer without delay, with this date.
    fn dated(date: Option<&str>) -> Answered {
        let headers = date.map(|date| ("date", date.to_owned())).into_iter().collect();
        let response = Response { status: 400, headers, body: Secret::new(vec![]) };
        Answered { number: 1, response, began: NOW, sent: NOW, received: NOW }
    }

    #[test]
    fn a_difference_is_news_once_and_signs_with_the_hosts_time() {
        let skews = ClockSkews::default();
        let ahead = &dated(Some("Tue, 14 Nov 2023 22:23:20 GMT"));
        assert!(skews.learn("host", ahead));
        assert!(!skews.learn("host", ahead));
        assert_eq!(skews.signing_time("host", NOW).unix_seconds(), NOW.unix_seconds() + 600);
        assert_eq!(skews.signing_time("other", NOW), NOW);
        // This machine's clock was set: the difference is gone.
        assert!(skews.learn("host", &dated(Some("Tue, 14 Nov 2023 22:13:20 GMT"))));
        assert_eq!(skews.signing_time("host", NOW), NOW);
    }

    #[test]
    fn small_differences_and_unreadable_dates_are_no_news() {
        let skews = ClockSkews::default();
        for date in [None, Some("soon"), Some("Tue, 14 Nov 2023 22:13:49 GMT")] {
            assert!(!skews.learn("host", &dated(date)), "{date:?}");
        }
    }
}
