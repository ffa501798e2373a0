//! The state of a lineage: its newest refresh token, and what may be done with that token next.

use std::sync::Arc;

use super::offer::OpenOffer;
use std::time::Duration;

use super::rotation::SeenRotation;
use crate::cache::{Epoch, Ticket};
use crate::clock::{Clock, Moment};
use crate::failure::Failure;
use crate::secret::Secret;
use crate::token::AccessToken;

/// Between two calls that send a refresh token whose answer was lost.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

pub(super) struct State {
    /// The newest refresh token.
    pub current: Arc<Secret>,
    pub standing: Standing,
    /// Whether the app rotates refresh tokens, as the user says.
    pub rotation_told: Option<bool>,
    /// The same, as the answers to any user of the app show.
    pub rotation_seen: Arc<SeenRotation>,
    /// The access token minted last, in the cache of any source.
    pub ticket: Option<Ticket>,
    /// What came with `current` and was not handed out yet, with the epoch of the request.
    pub granted: Option<(Epoch, Result<AccessToken, Failure>)>,
    /// The refresh token that the user stored last; `None` once `current` is stored.
    pub last_stored: Option<Arc<Secret>>,
    /// Rotations so far.
    pub rotations: u64,
    /// Offers so far.
    pub offers: u64,
    /// Waiting callers.
    pub waiting: usize,
    /// Waiting callers that can store a refresh token.
    pub storers: usize,
    /// Whether a caller that can store `current` has waited for it.
    pub had_storer: bool,
    pub is_forgotten: bool,
}

pub(super) enum Standing {
    /// The refresh token may be sent.
    Ready,
    /// The refresh token was sent, and no answer is known. A later call may send it once more, after
    /// `until`. If the token was rotated, nobody has its successor, and the user logs in again either
    /// way. If not, the token is good.
    Sent {
        /// When the next call may send the token.
        until: Moment,
        /// How long that is after the last one.
        pause: Duration,
    },
    /// The refresh token came in an answer, and must be stored before anything else happens.
    Unstored {
        /// The offer that a caller has taken.
        offer: Option<OpenOffer>,
        /// Why storing failed, until the next caller tries again.
        failed: Option<String>,
        /// Whether storing was postponed before. Postponing is not a failure.
        was_postponed: bool,
    },
    /// The server refuses the refresh token for good.
    Invalid(Failure),
}

impl State {
    pub fn begin(refresh_token: Arc<Secret>, rotation_seen: Arc<SeenRotation>) -> Self {
        Self {
            current: refresh_token,
            standing: Standing::Ready,
            rotation_told: None,
            rotation_seen,
            ticket: None,
            granted: None,
            last_stored: None,
            rotations: 0,
            offers: 0,
            waiting: 0,
            storers: 0,
            had_storer: false,
            is_forgotten: false,
        }
    }

    /// Whether an answer may bring a new refresh token. `true` until the opposite is known.
    pub fn may_rotate(&self) -> bool {
        let seen = self.rotation_seen.get();
        seen == Some(true) || self.rotation_told.or(seen) != Some(false)
    }

    /// Marks the refresh token as sent at `now`. Each send without an answer doubles the pause.
    pub fn mark_sent(&mut self, now: Moment) {
        let pause = match self.standing {
            Standing::Sent { pause, .. } => (pause * 2).min(LONGEST_PAUSE),
            _ => FIRST_PAUSE,
        };
        self.standing = Standing::Sent { until: now.after(pause), pause };
    }

    /// Makes `successor` the current refresh token.
    pub fn rotate(&mut self, successor: Arc<Secret>) {
        self.rotation_seen.set(true);
        self.rotations += 1;
        let replaced = std::mem::replace(&mut self.current, successor);
        self.last_stored.get_or_insert(replaced);
        self.had_storer = self.storers > 0;
        self.standing = Standing::Unstored { offer: None, failed: None, was_postponed: false };
    }

    /// The result of storing `current`; `None` while a caller may still store it.
    pub fn storing_ended(&self, clock: &dyn Clock) -> Option<Result<(), String>> {
        let Standing::Unstored { offer, failed, .. } = &self.standing else { return Some(Ok(())) };
        if self.is_forgotten {
            return Some(Ok(()));
        }
        if let Some(what) = failed {
            return Some(Err(what.clone()));
        }
        let is_open = offer.as_ref().is_some_and(|offer| offer.is_open(clock.now()));
        if is_open || self.storers > 0 || (!self.had_storer && self.waiting > 0) {
            return None;
        }
        Some(Err("No waiting caller can store the new refresh token.".into()))
    }
}
