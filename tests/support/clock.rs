//! Time that only the test moves.

use std::sync::Mutex;
use std::time::Duration;

use jsforce_connection_manager::clock::{Clock, Moment};

/// November 2023, three hours after boot, of which one was slept.
pub const START: Moment =
    Moment { wall: 1_700_000_000_000_000, monotonic: 7_200_000_000, boot: 10_800_000_000 };

pub struct ManualClock(Mutex<Moment>);

impl Default for ManualClock {
    fn default() -> Self {
        Self(Mutex::new(START))
    }
}

impl ManualClock {
    /// Advances all three clocks.
    pub fn advance(&self, seconds: u64) {
        let mut now = self.0.lock().unwrap();
        *now = now.after(Duration::from_secs(seconds));
    }

    /// Changes some of the clocks.
    pub fn change(&self, change: impl FnOnce(&mut Moment)) {
        change(&mut self.0.lock().unwrap());
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap()
    }
}

/// tokio's paused clock, for tests in which the code's own timers move the time.
pub struct Paused(tokio::time::Instant);

#[expect(clippy::disallowed_methods, reason = "tokio's paused time is the clock of these tests")]
impl Default for Paused {
    fn default() -> Self {
        Self(tokio::time::Instant::now())
    }
}

#[expect(clippy::disallowed_methods, reason = "tokio's paused time is the clock of these tests")]
impl Clock for Paused {
    fn now(&self) -> Moment {
        START.after(self.0.elapsed())
    }
}
