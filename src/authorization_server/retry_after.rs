//! How long the answer asks to wait.

use std::time::{Duration, SystemTime};

use crate::clock::Moment;

const LONGEST: Duration = Duration::from_secs(3_600);

/// What `Retry-After` says as seconds or as a date (RFC 9110 §10.2.3), at most an hour.
pub(super) fn retry_after(text: &str, now: Moment) -> Option<Duration> {
    let wait = if let Ok(seconds) = text.trim().parse() {
        Duration::from_secs(seconds)
    } else {
        let date = httpdate::parse_http_date(text.trim()).ok()?;
        let since_epoch = date.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        since_epoch.saturating_sub(Duration::from_micros(now.wall))
    };
    (!wait.is_zero()).then_some(wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment { wall: 1_700_000_000_000_000, monotonic: 0, boot: 0 };

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        for (text, wait) in [
            ("2", Some(2)),
            ("7200", Some(3_600)),
            ("0", None),
            ("abc", None),
            ("Tue, 14 Nov 2023 22:13:30 GMT", Some(10)),
            ("Tue, 14 Nov 2023 22:13:10 GMT", None),
        ] {
            assert_eq!(retry_after(text, NOW), wait.map(Duration::from_secs), "{text}");
        }
    }
}
