//! A new refresh token that the user must store. It is offered to one waiting caller. If that
//! caller goes away, it is offered to the next.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::{LOOK, Lineage, Standing};
use crate::clock::{Clock, Moment};
use crate::secret::Secret;

/// An offer that a caller has taken and not settled yet.
pub(super) struct OpenOffer {
    number: u64,
    expires: Moment,
}

impl OpenOffer {
    pub(super) fn is_open(&self, now: Moment) -> bool {
        now.is_before(self.expires)
    }
}

/// A caller that waits for the lineage's access token. An offer goes to a caller that can store. If
/// no such caller waits, the offer goes to any caller.
pub struct Waiting {
    lineage: Arc<Lineage>,
    can_store: bool,
}

impl Waiting {
    /// Joins the waiting callers. `can_store` tells whether the caller can store a refresh token. A
    /// caller that can store gets a failed or postponed offer again, even if a flight is about to
    /// report the failure.
    pub fn at(lineage: &Arc<Lineage>, can_store: bool) -> Self {
        let mut state = lineage.state();
        state.waiting += 1;
        state.storers += usize::from(can_store);
        state.had_storer |= can_store;
        let is_postponed = state.last_stored.is_some();
        match &mut state.standing {
            Standing::Unstored { failed, .. } if can_store => *failed = None,
            ready @ Standing::Ready if can_store && is_postponed => {
                *ready = Standing::Unstored { offer: None, failed: None, was_postponed: true };
            }
            _ => {}
        }
        drop(state);
        lineage.changed.send_replace(());
        Self { lineage: lineage.clone(), can_store }
    }

    /// Waits for an offer, perhaps for ever. The offer expires `limit` after it is taken.
    pub async fn offer(&self, clock: &dyn Clock, limit: Duration) -> Offer {
        let mut changed = self.lineage.changed.subscribe();
        loop {
            if let Some(offer) = self.take(clock.now(), limit) {
                return offer;
            }
            let _ = timeout(LOOK, changed.changed()).await;
        }
    }

    /// Takes the offer, if there is one for this caller.
    pub fn take(&self, now: Moment, limit: Duration) -> Option<Offer> {
        let mut state = self.lineage.state();
        if state.is_forgotten {
            return None;
        }
        let may = self.can_store || !state.had_storer;
        let (rotation, number) = (state.rotations, state.offers + 1);
        let refresh_token = state.current.clone();
        let replaced = state.last_stored.clone()?;
        let Standing::Unstored { offer, failed: None, .. } = &mut state.standing else {
            return None;
        };
        if !may || offer.as_ref().is_some_and(|offer| offer.is_open(now)) {
            return None;
        }
        *offer = Some(OpenOffer { number, expires: now.after(limit) });
        state.offers = number;
        Some(Offer { lineage: self.lineage.clone(), rotation, number, refresh_token, replaced })
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut state = self.lineage.state();
        state.waiting -= 1;
        state.storers -= usize::from(self.can_store);
        // The last caller that could store left without taking the postponed token. The lineage
        // becomes what it was before that caller came.
        let untouched = matches!(
            state.standing,
            Standing::Unstored { offer: None, failed: None, was_postponed: true }
        );
        if untouched && state.storers == 0 {
            state.standing = Standing::Ready;
            state.had_storer = false;
        }
        drop(state);
        self.lineage.changed.send_replace(());
    }
}

/// A new refresh token for the user to store. An offer that is dropped unsettled goes to the next
/// waiting caller.
pub struct Offer {
    lineage: Arc<Lineage>,
    rotation: u64,
    number: u64,
    /// The refresh token to store.
    pub refresh_token: Arc<Secret>,
    /// The refresh token to replace: the last one that was stored, or the first one. This token is
    /// spent.
    pub replaced: Arc<Secret>,
}

impl Offer {
    /// Reports that the user has stored the refresh token. The access token may now be handed out.
    /// The report also counts after the offer has expired.
    pub fn stored(&self) {
        self.settle(true);
    }

    /// Reports that no caller can store the refresh token. The token stays in memory, and is
    /// offered to the first caller that can store.
    pub fn postpone(&self) {
        self.settle(false);
    }

    fn settle(&self, is_stored: bool) {
        let mut state = self.lineage.state();
        let is_newest = state.rotations == self.rotation;
        if is_stored {
            let is_replaced = |stored: &mut Arc<Secret>| Arc::ptr_eq(stored, &self.replaced);
            if state.last_stored.take_if(is_replaced).is_some() && !is_newest {
                state.last_stored = Some(self.refresh_token.clone());
            }
        }
        if is_newest && matches!(state.standing, Standing::Unstored { .. }) {
            state.standing = Standing::Ready;
        }
        drop(state);
        self.lineage.changed.send_replace(());
    }

    /// Reports that storing failed; `what` is one sentence. Returns whether the failure counts. It
    /// does not count if another caller has stored the token meanwhile, or is storing it.
    pub fn failed(&self, what: &str) -> bool {
        self.withdraw(Some(what.to_owned()))
    }

    fn withdraw(&self, what: Option<String>) -> bool {
        let mut state = self.lineage.state();
        let mut counts = false;
        if let Standing::Unstored { offer, failed, .. } = &mut state.standing
            && offer.take_if(|offer| offer.number == self.number).is_some()
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
