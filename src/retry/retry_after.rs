//! How long an answer asks to wait.

use std::time::{Duration, SystemTime};

use crate::clock::Moment;

const LONGEST: Duration = Duration::from_secs(3_600);

/// Reads `Retry-After` as seconds or as a date (RFC 9110 §10.2.3). Returns at most an hour; `None`
/// if there is no wait. A wait until a date begins at `date` of the same answer, because the
/// server's clock may differ from this machine's.
pub fn retry_after(text: &str, date: Option<&str>, received: Moment) -> Option<Duration> {
    let text = text.trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number too large to parse is a long wait, too.
        text.parse().map_or(LONGEST, Duration::from_secs)
    } else {
        let local = || SystemTime::UNIX_EPOCH.checked_add(Duration::from_micros(received.wall));
        let sent = date.and_then(http_date).or_else(local)?;
        http_date(text)?.duration_since(sent).ok()?
    };
    (!wait.is_zero()).then_some(wait.min(LONGEST))
}

/// Reads an HTTP date (RFC 9110 §5.6.7).
pub fn http_date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tue, 14 Nov 2023 22:13:20 GMT
    const NOW: Moment = Moment { wall: 1_700_000_000_000_000, monotonic: 0, boot: 0 };

    #[test]
    fn fault_19_retry_after_is_read_as_seconds_and_as_a_date() {
        for (text, wait) in [
            ("2", Some(2)),
            ("7200", Some(3_600)),
            ("99999999999999999999", Some(3_600)),
            ("0", None),
            ("00000000000000000000000", None),
            ("", None),
            ("abc", None),
            ("-1", None),
            ("Tue, 14 Nov 2023 22:13:30 GMT", Some(10)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(3_600)),
            ("Tue, 14 Nov 2023 22:13:10 GMT", None),
            ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ] {
            for date in [None, Some("soon"), Some("Tue, 14 Nov 2023 22:13:20 GMT")] {
                let wait = wait.map(Duration::from_secs);
                assert_eq!(retry_after(text, date, NOW), wait, "{text}, {date:?}");
            }
        }
    }

    #[test]
    fn fault_19_a_wait_until_a_date_begins_at_the_answers_date() {
        for (date, text, wait) in [
            ("Tue, 14 Nov 2023 22:14:20 GMT", "Tue, 14 Nov 2023 22:14:30 GMT", Some(10)),
            ("Tue, 14 Nov 2023 22:12:20 GMT", "Tue, 14 Nov 2023 22:12:30 GMT", Some(10)),
            ("Tue, 14 Nov 2023 22:14:20 GMT", "Tue, 14 Nov 2023 22:14:10 GMT", None),
            ("Tue, 14 Nov 2023 22:12:20 GMT", "Tue, 14 Nov 2023 22:12:10 GMT", None),
        ] {
            let wait = wait.map(Duration::from_secs);
            assert_eq!(retry_after(text, Some(date), NOW), wait, "{text}, {date}");
        }
    }
}
