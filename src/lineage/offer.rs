//! A new refresh token on its way to the user: offered to one of those who wait, and to the next if
//! that one goes away.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::{Lineage, Standing};
use crate::clock::{Clock, Moment};
use crate::secret::Secret;

/// How often a waiter looks whether an offer has lapsed.
const LOOK: Duration = Duration::from_secs(1);

/// That an offer is out.
pub(super) struct Claim {
    number: u64,
    lapses: Moment,
}

/// A caller that waits for the lineage's access token. While one waits that can keep a refresh token,
/// nobody else is asked to.
pub struct Waiting {
    lineage: Arc<Lineage>,
    keeps: bool,
}

impl Waiting {
    /// `keeps`: whether the caller can keep a refresh token. If others could not, it is tried again
    /// for this one, also by a flight that has not told them yet.
    pub fn at(lineage: &Arc<Lineage>, keeps: bool) -> Self {
        let mut state = lineage.lock();
        state.keepers += usize::from(keeps);
        if let Standing::Unkept { failed, .. } = &mut state.standing {
            *failed = None;
        }
        drop(state);
        lineage.changed.send_replace(());
        Self { lineage: lineage.clone(), keeps }
    }

    /// Waits for an offer, which lapses after `patience`. May wait for ever.
    pub async fn offer(&self, clock: &dyn Clock, patience: Duration) -> Offer {
        let mut changed = self.lineage.changed.subscribe();
        loop {
            if let Some(offer) = self.claim(clock.now(), patience) {
                return offer;
            }
            let _ = timeout(LOOK, changed.changed()).await;
        }
    }

    fn claim(&self, now: Moment, patience: Duration) -> Option<Offer> {
        let mut state = self.lineage.lock();
        let (rotation, others) = (state.rotations, state.keepers > 0);
        let number = state.claims + 1;
        let refresh_token = state.current.clone();
        let Standing::Unkept { replaced, claim, failed: None } = &mut state.standing else {
            return None;
        };
        let is_out = claim.as_ref().is_some_and(|claim| now.is_before(claim.lapses));
        if is_out || (others && !self.keeps) {
            return None;
        }
        *claim = Some(Claim { number, lapses: now.after(patience) });
        let replaced = replaced.clone();
        state.claims = number;
        Some(Offer { lineage: self.lineage.clone(), rotation, number, refresh_token, replaced })
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.lineage.lock().keepers -= usize::from(self.keeps);
        self.lineage.changed.send_replace(());
    }
}

/// A new refresh token that the user is to keep. If this is dropped without an answer, the next who
/// waits gets it.
pub struct Offer {
    lineage: Arc<Lineage>,
    rotation: u64,
    number: u64,
    /// The refresh token to keep.
    pub refresh_token: Arc<Secret>,
    /// The one that it takes the place of, which is dead.
    pub replaced: Arc<Secret>,
}

impl Offer {
    /// It is kept: the access token may be handed out. An offer that has lapsed may say so as well.
    pub fn kept(&self) {
        let mut state = self.lineage.lock();
        if state.rotations == self.rotation && matches!(state.standing, Standing::Unkept { .. }) {
            state.standing = Standing::Ready;
        }
        drop(state);
        self.lineage.changed.send_replace(());
    }

    /// It was not kept, because of `what`, a sentence.
    pub fn failed(&self, what: &str) {
        self.withdraw(Some(what.to_owned()));
    }

    fn withdraw(&self, what: Option<String>) {
        let mut state = self.lineage.lock();
        if let Standing::Unkept { claim, failed, .. } = &mut state.standing
            && claim.take_if(|claim| claim.number == self.number).is_some()
        {
            *failed = what;
        }
        drop(state);
        self.lineage.changed.send_replace(());
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        self.withdraw(None);
    }
}
