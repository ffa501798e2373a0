//! The state of a lineage: its newest refresh token, and what may be done with that token next.

use std::sync::Arc;

use super::offer::OpenOffer;
use crate::cache::Epoch;
use crate::clock::Clock;
use crate::failure::Failure;
use crate::secret::Secret;
use crate::token::AccessToken;

pub(super) struct State {
    /// The newest refresh token.
    pub current: Arc<Secret>,
    pub standing: Standing,
    /// Whether the app rotates refresh tokens, as the user says.
    pub rotation_told: Option<bool>,
    /// Whether the app rotates refresh tokens, as its answers show.
    pub rotation_seen: Option<bool>,
    /// The access token or failure that came with `current` and was not handed out yet, with the
    /// epoch of its request.
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
    /// The refresh token was sent, and no answer is known.
    Sent,
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
    pub fn begin(refresh_token: Arc<Secret>) -> Self {
        Self {
            current: refresh_token,
            standing: Standing::Ready,
            rotation_told: None,
            rotation_seen: None,
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
        self.rotation_seen == Some(true) || self.rotation_told.or(self.rotation_seen) != Some(false)
    }

    /// Makes `successor` the current refresh token.
    pub fn rotate(&mut self, successor: Arc<Secret>) {
        self.rotation_seen = Some(true);
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
