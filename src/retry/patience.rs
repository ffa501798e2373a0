//! The time and the attempts that one call for a token may take.

use std::time::Duration;

/// The most time that one call may take.
pub const BUDGET: Duration = Duration::from_secs(8);
/// With less time left nothing is sent, because the answer needs some time.
pub const SMALLEST_BUDGET: Duration = Duration::from_millis(300);

/// The time and the attempts that one mint may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// The time for all attempts, and for waiting for permits.
    pub budget: Duration,
    /// With less time left nothing is sent, because the answer needs some time.
    pub least: Duration,
    /// The most attempts.
    pub attempts: u32,
    /// How long an attempt may be silent before the next one starts beside it, on a new socket.
    pub beside: Duration,
    /// Whether a request that was sent may be sent again.
    pub replays: bool,
}

impl Patience {
    /// A caller waits for the token: three attempts. They end half a second before the caller's
    /// time, so that the caller gets their failure.
    pub const WAITED_FOR: Self = Self {
        budget: Duration::from_millis(7_500),
        least: SMALLEST_BUDGET,
        attempts: 3,
        beside: Duration::from_secs(4),
        replays: true,
    };
    /// No caller waits, because the old token is alive: one attempt. A later call starts the next
    /// renewal.
    pub const RENEWAL: Self = Self { attempts: 1, ..Self::WAITED_FOR };
    /// For requests that consume their grant. A request may take 30 s, longer than its callers
    /// wait, so that a late answer is still received. After 7.5 s no request is sent, because all
    /// callers have given up.
    pub const SENT_ONCE: Self = Self {
        budget: Duration::from_secs(30),
        least: Duration::from_millis(22_500),
        replays: false,
        ..Self::WAITED_FOR
    };

    /// One call sends the request once; the next call may send it again.
    pub const NOT_REPLAYED: Self = Self { replays: false, ..Self::WAITED_FOR };

    /// The patience that is left after `spent`.
    #[must_use]
    pub fn less(self, spent: Duration) -> Self {
        Self { budget: self.budget.saturating_sub(spent), ..self }
    }
}
