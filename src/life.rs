//! How long a token is handed out: its life, less a safety buffer.

use std::time::Duration;

use crate::failure::Failure;

/// The longest life that can be configured. A server's answer cannot lengthen a configured life.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);
/// A shorter usable life would mean a login at nearly every call.
const SHORTEST_USABLE: Duration = Duration::from_secs(10);

/// The assumed life of a token (`ttl`), and the time before its end when the token is no longer
/// handed out (`buffer`).
///
/// Salesforce's token responses name no life (`expires_in` is never sent), so the life is a
/// setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    ttl: Duration,
    buffer: Duration,
}

impl Life {
    /// The documented default: three minutes.
    pub const DEFAULT_TTL: Duration = Duration::from_secs(180);
    /// The documented default: thirty seconds.
    pub const DEFAULT_BUFFER: Duration = Duration::from_secs(30);
    /// `'session'`: 55 minutes. Session timeouts in Salesforce are mostly whole hours; five minutes
    /// are left for safety.
    pub const SESSION_TTL: Duration = Duration::from_secs(55 * 60);

    /// A life of `ttl`, of which the last `buffer` is not used.
    ///
    /// # Errors
    /// `CONFIG_INVALID` if `ttl` is more than 24 hours, or `ttl` minus `buffer` is less than 10 seconds.
    pub fn new(ttl: Duration, buffer: Duration) -> Result<Self, Failure> {
        if ttl > LONGEST {
            return Err(Failure::of_option("tokenTtl", "tokenTtl is more than 24 hours."));
        }
        if ttl.saturating_sub(buffer) < SHORTEST_USABLE {
            return Err(Failure::of_option(
                "tokenTtl",
                "tokenTtl minus tokenBuffer is less than 10 seconds.",
            ));
        }
        Ok(Self { ttl, buffer })
    }

    /// The configured life and buffer in milliseconds, for the token's identity.
    pub fn milliseconds(self) -> (u128, u128) {
        (self.ttl.as_millis(), self.buffer.as_millis())
    }

    /// How long a token may be handed out. `granted` is the life in the server's answer, if the
    /// answer names one. If `granted` is shorter than the configured life, the buffer is at most a
    /// tenth of `granted`.
    pub fn usable(self, granted: Option<Duration>) -> Duration {
        let life = granted.unwrap_or(self.ttl).min(self.ttl);
        let buffer = if life < self.ttl { self.buffer.min(life / 10) } else { self.buffer };
        life.saturating_sub(buffer)
    }
}

impl Default for Life {
    fn default() -> Self {
        Self { ttl: Self::DEFAULT_TTL, buffer: Self::DEFAULT_BUFFER }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_documented_default_is_150_usable_seconds() {
        assert_eq!(Life::default().usable(None), secs(150));
    }

    #[test]
    fn a_life_without_ten_usable_seconds_is_refused() {
        assert!(Life::new(secs(40), secs(30)).is_ok());
        assert_eq!(Life::new(secs(39), secs(30)).unwrap_err().option, Some("tokenTtl"));
        assert!(Life::new(secs(20), secs(30)).is_err());
        assert!(Life::new(secs(86_401), secs(30)).is_err());
    }

    #[test]
    fn a_granted_life_shortens_and_never_lengthens() {
        assert_eq!(Life::default().usable(Some(secs(20))), secs(18));
        assert_eq!(Life::default().usable(Some(secs(7_200))), secs(150));
        assert_eq!(Life::default().usable(Some(secs(0))), secs(0));
    }

    proptest! {
        #[test]
        fn usable_stays_inside_both_lives(ttl in 40u64..86_400, granted in 0u64..100_000) {
            let life = Life::new(secs(ttl), secs(30)).unwrap();
            let usable = life.usable(Some(secs(granted)));
            prop_assert!(usable <= secs(granted) && usable <= secs(ttl - 30) || usable <= secs(granted * 9 / 10 + 1));
            prop_assert!(usable <= secs(ttl));
        }
    }
}
