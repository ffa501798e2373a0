//! Wall, monotonic and boot time, read together.
//!
//! A freeze of the sandbox may stop one clock, and a time server may set another one back. So a
//! deadline is a time on each of the three clocks. The first clock to reach it decides.

use std::time::Duration;

/// In microseconds. Time servers correct a clock by less; a larger step back hides how old a token is.
const SMALL_STEP: u64 = 5_000_000;

#[cfg(target_os = "linux")]
use rustix::time::{ClockId, clock_gettime};

/// One reading of the three clocks, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Since the Unix epoch. People and time servers can set it.
    pub wall: u64,
    /// Since an arbitrary fixed point. This clock may stand still while a sandbox is frozen.
    pub monotonic: u64,
    /// Like `monotonic`, but counting the time asleep. Equal to `monotonic` where the platform has
    /// no such clock.
    pub boot: u64,
}

impl Moment {
    /// This moment plus `span`, on every clock.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        let span = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        Self {
            wall: self.wall.saturating_add(span),
            monotonic: self.monotonic.saturating_add(span),
            boot: self.boot.saturating_add(span),
        }
    }

    /// The time since `earlier` by the monotonic clock, for budgets and timings. Zero if `earlier`
    /// is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.monotonic.saturating_sub(earlier.monotonic))
    }

    /// Seconds since the Unix epoch (a `NumericDate` of RFC 7519).
    pub fn unix_seconds(self) -> u64 {
        self.wall / 1_000_000
    }

    /// Whether all three clocks are before `deadline`.
    pub fn is_before(self, deadline: Self) -> bool {
        self.wall < deadline.wall
            && self.monotonic < deadline.monotonic
            && self.boot < deadline.boot
    }

    /// Whether `wall`, a past reading of the wall clock, lies in the future now: the wall clock was set
    /// back, and no longer tells how much time has passed since. A few seconds do not count.
    pub fn was_set_back_since(self, wall: u64) -> bool {
        self.wall.saturating_add(SMALL_STEP) < wall
    }
}

/// The source of time for all rooms. Only implementations of this trait read a clock.
pub trait Clock: Send + Sync + 'static {
    /// Reads all three clocks.
    fn now(&self) -> Moment;

    /// A cheaper reading, for checks at every call. It may be one timer tick (at most 10 ms) old.
    fn glance(&self) -> Moment {
        self.now()
    }
}

/// The clocks of the operating system.
pub struct SystemClock;

#[cfg(target_os = "linux")]
impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Moment {
            wall: read(ClockId::Realtime),
            monotonic: read(ClockId::Monotonic),
            boot: read(ClockId::Boottime),
        }
    }

    // Reading a coarse clock costs a fifth of reading a fine one. Linux has no coarse boot clock.
    fn glance(&self) -> Moment {
        Moment {
            wall: read(ClockId::RealtimeCoarse),
            monotonic: read(ClockId::MonotonicCoarse),
            boot: read(ClockId::Boottime),
        }
    }
}

#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "the one place that reads a clock")]
fn read(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds * 1_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0) / 1_000
}

#[cfg(not(target_os = "linux"))]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads a clock")]
    fn now(&self) -> Moment {
        use std::sync::LazyLock;
        use std::time::{Instant, SystemTime};

        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        let micros = |span: Duration| u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        let monotonic = micros(START.elapsed());
        Moment {
            wall: micros(SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default()),
            monotonic,
            boot: monotonic,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINTED: Moment = Moment { wall: 1_000_000, monotonic: 5_000, boot: 6_000 };

    #[test]
    fn any_one_clock_past_the_deadline_ends_it() {
        let deadline = MINTED.after(Duration::from_secs(1));
        assert!(MINTED.is_before(deadline));
        assert!(!Moment { wall: deadline.wall, ..MINTED }.is_before(deadline));
        assert!(!Moment { monotonic: deadline.monotonic, ..MINTED }.is_before(deadline));
        assert!(!Moment { boot: deadline.boot, ..MINTED }.is_before(deadline));
    }

    #[test]
    fn a_step_back_counts_from_five_seconds() {
        let set_back =
            |by: u64| Moment { wall: 10_000_000 - by, ..MINTED }.was_set_back_since(10_000_000);
        assert!(!set_back(0) && !set_back(5_000_000) && set_back(5_000_001));
        assert!(!Moment { wall: u64::MAX, ..MINTED }.was_set_back_since(u64::MAX));
    }

    #[test]
    fn the_system_clocks_advance() {
        let first = SystemClock.now();
        std::thread::sleep(Duration::from_millis(2));
        let second = SystemClock.now();
        assert!(second.wall > first.wall && second.monotonic > first.monotonic);
        assert!(second.boot > first.boot);
        let glance = SystemClock.glance();
        assert!(glance.wall.abs_diff(second.wall) < 20_000);
        assert!(glance.monotonic.abs_diff(second.monotonic) < 20_000);
    }
}
