//! The counts of a source.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::bounded::lock;
use crate::cache::Count;

/// The tokens and counts of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stats {
    /// Tokens in the cache.
    pub cached: Count,
    /// Calls that found a live token, by ticket or by look-up.
    pub hits: u64,
    /// Calls that found no live token.
    pub misses: u64,
    /// Tokens received.
    pub mints: u64,
    /// Calls that joined a running request.
    pub coalesced: u64,
    /// Flights that ended without a token.
    pub failures: u64,
    /// HTTP requests sent.
    pub requests: u64,
    /// Running flights.
    pub in_flight: usize,
    /// Of the last mint, the time for signing and the time from the request to its answer.
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

/// The numbers that the source itself counts.
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
    /// Counts a token received, with the time to sign and the time of its request.
    pub(super) fn minted(&self, signing: Duration, request: Duration) {
        self.mints.count();
        *lock(&self.last_mint) = Some((signing, request));
    }

    pub(super) fn stats(&self, cached: Count, requests: u64, in_flight: usize) -> Stats {
        Stats {
            hits: cached.hits + self.hits.get(),
            cached,
            misses: self.misses.get(),
            mints: self.mints.get(),
            coalesced: self.coalesced.get(),
            failures: self.failures.get(),
            requests,
            in_flight,
            last_mint: *lock(&self.last_mint),
        }
    }
}
