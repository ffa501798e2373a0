//! The look that every warm call takes.

use napi_derive::napi;

use super::process::DEADLINES;
use crate::clock::{Clock, SystemClock};
use crate::deadlines::{Peek, Ticket};

/// Whether the token with this number may be used now: 0 no, 1 yes, 2 yes, and its use is to be
/// marked with `markUsed` (asked for at most once a second).
#[napi(catch_unwind)]
pub fn peek(ticket: f64) -> u32 {
    match DEADLINES.peek(ticket_of(ticket), SystemClock.now()) {
        Peek::Gone => 0,
        Peek::Alive => 1,
        Peek::AliveUnmarked => 2,
    }
}

/// A number that is no ticket, NaN included, becomes one that is never alive.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
pub(super) fn ticket_of(number: f64) -> Ticket {
    Ticket::of(number as u64)
}
