//! The near tier: moka caches, bounds and counts tokens. A token's own deadline decides whether the
//! token is alive.
//!
//! moka's own clock is monotonic. When that clock stood still, moka handed out dead tokens, so moka
//! does not decide whether a token is alive. The least recently used token is evicted, because
//! moka's default policy refuses new tokens in a full cache.

mod deadlines;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use moka::ops::compute::{CompResult, Op};
use moka::policy::EvictionPolicy;

use crate::clock::Moment;
use crate::identity::Identity;
use crate::token::AccessToken;

pub use deadlines::{Deadlines, Peek, Ticket};

/// Bounds memory only; no token lives that long.
const FORGET: Duration = Duration::from_secs(25 * 3_600);

/// A token with the number that tells whether it may still be used.
pub struct CachedToken {
    /// The token.
    pub token: AccessToken,
    /// The token's ticket; `None` if the token was never cached.
    pub ticket: Option<Ticket>,
}

/// How many tokens are cached, and their hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Tokens that may be handed out.
    pub valid: u64,
    /// Tokens past their deadline that are not cleared yet.
    pub expired: u64,
    /// How often tokens were found alive by their tickets. Tokens that are no longer cached are
    /// included.
    pub hits: u64,
}

/// The time between two clears of one cache. A flight that began before a clear may not undo the
/// clear. No two caches of the process share an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Epoch(u64);

impl Epoch {
    fn begin() -> Self {
        static EPOCHS: AtomicU64 = AtomicU64::new(0);
        Self(EPOCHS.fetch_add(1, Relaxed))
    }
}

/// The tokens of one source.
pub struct TokenCache {
    tokens: moka::sync::Cache<Identity, Arc<CachedToken>>,
    deadlines: Arc<Deadlines>,
    past_hits: Arc<AtomicU64>,
    /// Locked for reading while a token is inserted, and for writing while tokens are removed.
    /// Without the lock, moka might remove a newer token than the token that was checked.
    epoch: RwLock<Epoch>,
}

impl TokenCache {
    /// A cache of at most `capacity` tokens.
    pub fn new(capacity: u64, deadlines: Arc<Deadlines>) -> Self {
        let past_hits = Arc::new(AtomicU64::new(0));
        let retire = {
            let (deadlines, past_hits) = (deadlines.clone(), past_hits.clone());
            move |_: Arc<Identity>, cached: Arc<CachedToken>, _| {
                retire(&deadlines, &past_hits, &cached);
            }
        };
        let tokens = moka::sync::Cache::builder()
            .max_capacity(capacity)
            .eviction_policy(EvictionPolicy::lru())
            .time_to_live(FORGET)
            .eviction_listener(retire)
            .build();
        Self { tokens, deadlines, past_hits, epoch: RwLock::new(Epoch::begin()) }
    }

    /// The token cached under `identity`, if the token is alive at `now`. Marks the use of the
    /// token.
    pub fn get(&self, identity: &Identity, now: Moment) -> Option<Arc<CachedToken>> {
        self.tokens.get(identity).filter(|cached| cached.token.is_alive(now))
    }

    /// Whether the token of this ticket may be used at `now`, in the cache of any source that shares the
    /// table of deadlines. This is no use of it.
    pub fn is_alive(&self, ticket: Ticket, now: Moment) -> bool {
        self.deadlines.is_alive(ticket, now)
    }

    /// Marks the use of a token, so that the cache evicts another token.
    pub fn mark_used(&self, identity: &Identity) {
        self.tokens.get(identity);
    }

    /// The present epoch. Read it before asking for a token.
    pub fn epoch(&self) -> Epoch {
        *self.epoch.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Caches a token. A dead token is not cached, and no token after a clear since `begun`. The
    /// token is returned in any case, for the caller that asked for it.
    pub fn put(
        &self,
        identity: Identity,
        token: AccessToken,
        begun: Epoch,
        now: Moment,
    ) -> Arc<CachedToken> {
        let epoch = self.epoch.read().unwrap_or_else(PoisonError::into_inner);
        let ticket = if *epoch == begun && token.is_alive(now) {
            self.deadlines.issue(token.minted, token.renew_at, token.deadline)
        } else {
            None
        };
        let cached = Arc::new(CachedToken { token, ticket });
        if ticket.is_some() {
            self.tokens.insert(identity, cached.clone());
            // Before moka has processed an insertion, moka misses uses of the token, and exceeds
            // the capacity.
            self.tokens.run_pending_tasks();
        }
        cached
    }

    /// Drops the cached token if the token has this value, under any ticket. Salesforce may issue
    /// the same live token several times. A token with another value stays cached. Returns whether
    /// a token was dropped.
    pub fn invalidate(&self, identity: Identity, value: &str) -> bool {
        let _alone = self.epoch.write().unwrap_or_else(PoisonError::into_inner);
        let is_same = |cached: &CachedToken| {
            let cached = cached.token.value.expose().as_bytes();
            verify_slices_are_equal(cached, value.as_bytes()).is_ok()
        };
        let result = self.tokens.entry(identity).and_compute_with(|entry| match entry {
            Some(entry) if is_same(entry.value()) => Op::Remove,
            _ => Op::Nop,
        });
        matches!(result, CompResult::Removed(_))
    }

    /// Drops the tokens that are dead at `now`. Returns how many there were.
    pub fn clear_expired(&self, now: Moment) -> u64 {
        let _alone = self.epoch.write().unwrap_or_else(PoisonError::into_inner);
        let mut cleared = 0;
        self.tokens.run_pending_tasks();
        for (identity, cached) in &self.tokens {
            if cached.token.is_alive(now) {
                continue;
            }
            let result = self.tokens.entry(*identity).and_compute_with(|entry| match entry {
                Some(entry) if !entry.value().token.is_alive(now) => Op::Remove,
                _ => Op::Nop,
            });
            cleared += u64::from(matches!(result, CompResult::Removed(_)));
        }
        self.tokens.run_pending_tasks();
        cleared
    }

    /// Drops every token. Returns how many there were. A token that was asked for before the clear
    /// is not cached after the clear.
    pub fn clear(&self) -> u64 {
        let mut epoch = self.epoch.write().unwrap_or_else(PoisonError::into_inner);
        *epoch = Epoch::begin();
        self.tokens.run_pending_tasks();
        // One by one: moka's invalidate_all leaves the values, which are secrets, in memory for a while.
        let mut cleared = 0;
        for (identity, _) in &self.tokens {
            cleared += u64::from(self.tokens.remove(&*identity).is_some());
        }
        self.tokens.run_pending_tasks();
        cleared
    }

    /// Counts the tokens, by the same rule as [`TokenCache::get`].
    pub fn count(&self, now: Moment) -> Count {
        self.tokens.run_pending_tasks();
        let mut count = Count { hits: self.past_hits.load(Relaxed), ..Count::default() };
        for (_, cached) in &self.tokens {
            let alive = cached.token.is_alive(now);
            *(if alive { &mut count.valid } else { &mut count.expired }) += 1;
            count.hits += cached.ticket.map_or(0, |ticket| self.deadlines.hits(ticket));
        }
        count
    }
}

impl Drop for TokenCache {
    fn drop(&mut self) {
        for (_, cached) in &self.tokens {
            retire(&self.deadlines, &self.past_hits, &cached);
        }
    }
}

fn retire(deadlines: &Deadlines, past_hits: &AtomicU64, cached: &CachedToken) {
    if let Some(hits) = cached.ticket.and_then(|ticket| deadlines.retire(ticket)) {
        past_hits.fetch_add(hits, Relaxed);
    }
}
