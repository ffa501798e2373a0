//! What one call for a token may cost: time and attempts.

use std::time::Duration;

/// All the time one call may take.
pub const BUDGET: Duration = Duration::from_secs(8);
/// Below this nothing is sent: the answer could not be awaited.
pub const SMALLEST_BUDGET: Duration = Duration::from_millis(300);

/// What one mint may cost.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// The time for all attempts, and for waiting for permits.
    pub budget: Duration,
    /// Below this nothing is sent: the answer could not be awaited.
    pub least: Duration,
    /// The most attempts.
    pub attempts: u32,
    /// How long an attempt may be silent before the next one starts beside it, on a new socket.
    pub beside: Duration,
    /// Whether a request that was sent may be sent again.
    pub replays: bool,
}

impl Patience {
    /// Somebody waits for the token: three attempts, ended half a second before the caller's time is
    /// up, so that the caller hears what they met.
    pub const WAITED_FOR: Self = Self {
        budget: Duration::from_millis(7_500),
        least: SMALLEST_BUDGET,
        attempts: 3,
        beside: Duration::from_secs(4),
        replays: true,
    };
    /// Nobody waits, because the old token is alive: one attempt. The next renewal comes by itself.
    pub const RENEWAL: Self = Self { attempts: 1, ..Self::WAITED_FOR };
    /// For requests that consume their grant. The request outlives its callers (30 s), so that a late
    /// answer is still received. It does not start once 7.5 s have gone: all callers have given up.
    pub const SENT_ONCE: Self = Self {
        budget: Duration::from_secs(30),
        least: Duration::from_millis(22_500),
        replays: false,
        ..Self::WAITED_FOR
    };

    /// The same call does not send the request again; the next call may.
    pub const NOT_REPLAYED: Self = Self { replays: false, ..Self::WAITED_FOR };

    /// What is left after `spent`.
    #[must_use]
    pub fn less(self, spent: Duration) -> Self {
        Self { budget: self.budget.saturating_sub(spent), ..self }
    }
}
