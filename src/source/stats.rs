//! What a source did so far, counted.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::cache::Count;

/// What a source did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stats {
    /// What the cache holds.
    pub kept: Count,
    /// Calls that found a live token, by ticket or by look-up.
    pub hits: u64,
    /// Calls that found none.
    pub misses: u64,
    /// Tokens received.
    pub mints: u64,
    /// Calls that joined a running request.
    pub coalesced: u64,
    /// Requests that ended without a token.
    pub failures: u64,
    /// HTTP requests sent.
    pub exchanges: u64,
    /// Requests in the air.
    pub in_flight: usize,
    /// How long the last mint took to sign and to exchange.
    pub last_mint: Option<(Duration, Duration)>,
}

/// A number that only grows.
#[derive(Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn count(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// What the source counts itself.
#[derive(Default)]
pub(super) struct Counters {
    pub(super) hits: Counter,
    pub(super) misses: Counter,
    pub(super) coalesced: Counter,
    pub(super) failures: Counter,
    mints: Counter,
    last_mint: Mutex<Option<(Duration, Duration)>>,
}

impl Counters {
    /// Counts a token received, and how long it took to sign and to exchange.
    pub(super) fn minted(&self, signing: Duration, exchange: Duration) {
        self.mints.count();
        *self.last_mint.lock().unwrap_or_else(PoisonError::into_inner) = Some((signing, exchange));
    }

    pub(super) fn stats(&self, kept: Count, exchanges: u64, in_flight: usize) -> Stats {
        Stats {
            hits: kept.hits + self.hits.get(),
            kept,
            misses: self.misses.get(),
            mints: self.mints.get(),
            coalesced: self.coalesced.get(),
            failures: self.failures.get(),
            exchanges,
            in_flight,
            last_mint: *self.last_mint.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
}
