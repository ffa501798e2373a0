//! Which failures deserve another attempt, how many attempts, and the waits between them. All
//! attempts share one budget.

mod attempts;
mod backoff;
mod patience;
mod retry_after;

use crate::failure::{Code, Failure};

pub use attempts::within;
pub use patience::{BUDGET, Patience, SMALLEST_BUDGET};
pub use retry_after::{http_date, retry_after};

/// The failure of a call that has no time left to send anything.
pub fn out_of_time() -> Failure {
    let failure = Failure::new(Code::Deadline, "No time is left to ask for a token.");
    Failure { had_no_effect: true, ..failure }
}
