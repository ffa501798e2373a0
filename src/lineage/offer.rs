//! A new refresh token on its way to the user: offered to one of those who wait, and to the next if
//! that one goes away.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::{LOOK, Lineage, Standing};
use crate::clock::{Clock, Moment};
use crate::secret::Secret;

/// That an offer is out.
pub(super) struct Claim {
    number: u64,
    lapses: Moment,
}

impl Claim {
    pub(super) fn is_out(&self, now: Moment) -> bool {
        now.is_before(self.lapses)
    }
}

/// A caller that waits for the lineage's access token. Where some can keep a refresh token, nobody
/// else is asked to.
pub struct Waiting {
    lineage: Arc<Lineage>,
    keeps: bool,
}

impl Waiting {
    /// `keeps`: whether the caller can keep a refresh token. If others could not, it is tried again
    /// for this one, also by a flight that has not told them yet, and with one that was held in memory.
    pub fn at(lineage: &Arc<Lineage>, keeps: bool) -> Self {
        let mut state = lineage.lock();
        state.waiting += 1;
        state.keepers += usize::from(keeps);
        state.had_keeper |= keeps;
        let is_held = state.held.is_some();
        match &mut state.standing {
            Standing::Unkept { failed, .. } if keeps => *failed = None,
            ready @ Standing::Ready if keeps && is_held => {
                *ready = Standing::Unkept { claim: None, failed: None, was_held: true };
            }
            _ => {}
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

    /// Takes the offer, if there is one to be taken.
    pub fn claim(&self, now: Moment, patience: Duration) -> Option<Offer> {
        let mut state = self.lineage.lock();
        if state.is_forgotten {
            return None;
        }
        let may = self.keeps || !state.had_keeper;
        let (rotation, number) = (state.rotations, state.claims + 1);
        let refresh_token = state.current.clone();
        let replaced = state.held.clone()?;
        let Standing::Unkept { claim, failed: None, .. } = &mut state.standing else { return None };
        if !may || claim.as_ref().is_some_and(|claim| claim.is_out(now)) {
            return None;
        }
        *claim = Some(Claim { number, lapses: now.after(patience) });
        state.claims = number;
        Some(Offer { lineage: self.lineage.clone(), rotation, number, refresh_token, replaced })
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut state = self.lineage.lock();
        state.waiting -= 1;
        state.keepers -= usize::from(self.keeps);
        // A keeper that left before it was asked is as if it had not come.
        let untouched = matches!(
            state.standing,
            Standing::Unkept { claim: None, failed: None, was_held: true }
        );
        if untouched && state.keepers == 0 {
            state.standing = Standing::Ready;
            state.had_keeper = false;
        }
        drop(state);
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
    /// The one that it takes the place of: the last that was kept, or the first. It is dead.
    pub replaced: Arc<Secret>,
}

impl Offer {
    /// It is kept: the access token may be handed out. An offer that has lapsed may say so as well.
    pub fn kept(&self) {
        self.settle(true);
    }

    /// Nobody keeps it: it stays in memory, and the first caller that can keep one gets it.
    pub fn held(&self) {
        self.settle(false);
    }

    fn settle(&self, is_kept: bool) {
        let mut state = self.lineage.lock();
        let is_youngest = state.rotations == self.rotation;
        if is_kept {
            let replaced = |held: &mut Arc<Secret>| Arc::ptr_eq(held, &self.replaced);
            if state.held.take_if(replaced).is_some() && !is_youngest {
                state.held = Some(self.refresh_token.clone());
            }
        }
        if is_youngest && matches!(state.standing, Standing::Unkept { .. }) {
            state.standing = Standing::Ready;
        }
        drop(state);
        self.lineage.changed.send_replace(());
    }

    /// It was not kept, because of `what`, a sentence. Whether that counts: somebody may have kept it
    /// meanwhile, or be at it.
    pub fn failed(&self, what: &str) -> bool {
        self.withdraw(Some(what.to_owned()))
    }

    fn withdraw(&self, what: Option<String>) -> bool {
        let mut state = self.lineage.lock();
        let mut counts = false;
        if let Standing::Unkept { claim, failed, .. } = &mut state.standing
            && claim.take_if(|claim| claim.number == self.number).is_some()
        {
            (*failed, counts) = (what, true);
        }
        drop(state);
        self.lineage.changed.send_replace(());
        counts
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        self.withdraw(None);
    }
}
