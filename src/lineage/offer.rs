//! A new refresh token on its way to the user: offered to one waiting caller, and to the next if that
//! one goes away.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::{LOOK, Lineage, Standing};
use crate::clock::{Clock, Moment};
use crate::secret::Secret;

/// An offer that a caller has taken and not settled.
pub(super) struct OpenOffer {
    number: u64,
    expires: Moment,
}

impl OpenOffer {
    pub(super) fn is_open(&self, now: Moment) -> bool {
        now.is_before(self.expires)
    }
}

/// A caller that waits for the lineage's access token. An offer goes to a caller that can store; if no
/// such caller waits, it goes to any caller.
pub struct Waiting {
    lineage: Arc<Lineage>,
    can_store: bool,
}

impl Waiting {
    /// Joins the waiting callers. `can_store`: whether the caller can store a refresh token. If it can,
    /// a failed or postponed offer is made again, also within the flight that is about to report the
    /// failure.
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

    /// Waits for an offer, which expires after `limit`. May wait for ever.
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
        // The last caller that could store left before it took the postponed token: as if none had come.
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
    /// The refresh token that it replaces: the one stored last, or the first. It is spent.
    pub replaced: Arc<Secret>,
}

impl Offer {
    /// The user has stored the refresh token: the access token may be handed out. An expired offer
    /// counts as well.
    pub fn stored(&self) {
        self.settle(true);
    }

    /// No caller can store the refresh token. It stays in memory, and the first caller that can store
    /// gets it.
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

    /// Storing failed because of `what`, a sentence. Returns whether the failure counts: another
    /// caller may have stored the token meanwhile, or be storing it.
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
