//! Whether an app rotates refresh tokens, as its answers to any user show.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

const UNKNOWN: u8 = 0;
const STAYS: u8 = 1;
const ROTATES: u8 = 2;

/// What the answers to one app showed last.
#[derive(Default)]
pub struct SeenRotation(AtomicU8);

impl SeenRotation {
    /// Whether the app rotates; none before its first answer.
    pub fn get(&self) -> Option<bool> {
        match self.0.load(Relaxed) {
            UNKNOWN => None,
            seen => Some(seen == ROTATES),
        }
    }

    /// Takes what an answer shows. An answer without a new refresh token never overrules one that
    /// brought one.
    pub fn set(&self, rotates: bool) {
        self.0.fetch_max(if rotates { ROTATES } else { STAYS }, Relaxed);
    }
}
