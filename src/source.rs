//! Gives a token: the cache, then a flight to the authorization server. The only place that knows
//! this order.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use crate::authorization_server::{
    AuthorizationServer, BUDGET, Patience, SMALLEST_BUDGET, out_of_time,
};
use crate::cache::{Count, Epoch, Kept, TokenCache};
use crate::clock::{Clock, Moment};
use crate::deadlines::{Deadlines, Ticket};
use crate::failure::{Code, Failure};
use crate::flight::{Flights, Seat};
use crate::identity::{Holder, Identity};
use crate::mint_cap::MintCap;
use crate::refusals::Refusals;
use crate::transport::Transport;

/// The most tokens kept by default.
pub const CAPACITY: u64 = 10_000;
/// By how much a timer is late after a freeze, at least, and how long an answer that came during it
/// is then waited for.
const THAW: Duration = Duration::from_millis(250);

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

/// Tokens for any number of credentials.
pub struct TokenSource {
    server: AuthorizationServer,
    cache: TokenCache,
    flights: Flights<(Identity, Epoch), Arc<Kept>>,
    refusals: Refusals,
    cap: MintCap,
    clock: Arc<dyn Clock>,
    hits: AtomicU64,
    misses: AtomicU64,
    mints: AtomicU64,
    coalesced: AtomicU64,
    failures: AtomicU64,
    last_mint: Mutex<Option<(Duration, Duration)>>,
}

impl TokenSource {
    /// A source with a cache of its own. Its tickets live in `deadlines`, which may be shared.
    pub fn new(
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        deadlines: Arc<Deadlines>,
        capacity: u64,
        allowed_instance_hosts: Vec<String>,
    ) -> Self {
        Self {
            server: AuthorizationServer::new(transport, clock.clone(), allowed_instance_hosts),
            cache: TokenCache::new(capacity, deadlines),
            flights: Flights::default(),
            refusals: Refusals::default(),
            cap: MintCap::default(),
            clock,
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            mints: AtomicU64::new(0),
            coalesced: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            last_mint: Mutex::new(None),
        }
    }

    /// A live token for `holder`, inside `budget` (at most eight seconds). The cache is asked, and
    /// the exchange started, before this returns; the future only waits. Must be called inside a
    /// tokio runtime.
    ///
    /// # Errors
    /// What the exchange met; `DEADLINE` if the budget ends first. The exchange goes on in that
    /// case, and the next call finds its token.
    pub fn token(
        self: &Arc<Self>,
        holder: &Holder,
        budget: Duration,
    ) -> impl Future<Output = Result<Arc<Kept>, Arc<Failure>>> + Send + use<> {
        let budget = budget.min(BUDGET);
        let (source, holder) = (self.clone(), holder.clone());
        let found = self.look_up(&holder, budget >= SMALLEST_BUDGET);
        async move {
            let started = source.clock.now();
            let mut waiting = pin!(source.wait(&holder, found));
            if let Ok(outcome) = timeout(budget, &mut waiting).await {
                return outcome;
            }
            // A timer that fires this late fires at a thaw: the answer may have come meanwhile.
            let was_frozen = source.clock.now().since(started) > budget + THAW;
            let late = if was_frozen { timeout(THAW, waiting).await.ok() } else { None };
            late.unwrap_or_else(|| {
                let what = format!("No token came within {} ms.", budget.as_millis());
                Err(Arc::new(Failure::new(Code::Deadline, what)))
            })
        }
    }

    async fn wait(
        self: &Arc<Self>,
        holder: &Holder,
        mut found: Found,
    ) -> Result<Arc<Kept>, Arc<Failure>> {
        loop {
            let seat = match found {
                Found::Kept(kept) => return Ok(kept),
                Found::Refused(failure) => return Err(Arc::new(failure)),
                Found::Seat(seat) => seat,
            };
            // A renewal in the background tries once; somebody who waits deserves more.
            let again = seat.in_background && !seat.started;
            match seat.outcome().await {
                Err(failure) if again && failure.retryable => found = self.look_up(holder, true),
                outcome => return outcome,
            }
        }
    }

    /// Starts the exchange for `holder` if there is no live token, and does not wait for it. Must
    /// be called inside a tokio runtime.
    pub fn prewarm(self: &Arc<Self>, holder: &Holder) {
        if self.kept(holder).is_none() {
            self.look_up(holder, true);
        }
    }

    fn look_up(self: &Arc<Self>, holder: &Holder, may_start: bool) -> Found {
        let now = self.clock.now();
        if let Some(kept) = self.cache.get(&holder.identity, now) {
            self.hits.fetch_add(1, Relaxed);
            return Found::Kept(kept);
        }
        self.misses.fetch_add(1, Relaxed);
        if let Some(failure) = self.refuses(holder, now) {
            return Found::Refused(failure);
        }
        if !may_start {
            return Found::Refused(out_of_time());
        }
        Found::Seat(self.fly(holder, None))
    }

    /// The token kept for `holder`, if it is alive. Asks nobody.
    pub fn kept(&self, holder: &Holder) -> Option<Arc<Kept>> {
        self.cache.get(&holder.identity, self.clock.now())
    }

    /// Renews the token of `ticket` in the background, while it is alive. A failure changes nothing.
    /// Must be called inside a tokio runtime.
    pub fn renew(self: &Arc<Self>, holder: &Holder, ticket: Ticket) {
        if self.refuses(holder, self.clock.now()).is_none() {
            self.fly(holder, Some(ticket));
        }
    }

    fn refuses(&self, holder: &Holder, now: Moment) -> Option<Failure> {
        let identity = &holder.identity;
        self.refusals.get(identity, now).or_else(|| self.cap.refuses(identity, now))
    }

    /// Joins the flight for `holder`, or starts one. `replaces` names a token that is kept, and not
    /// wanted any more.
    fn fly(self: &Arc<Self>, holder: &Holder, replaces: Option<Ticket>) -> Seat<Arc<Kept>> {
        // Before the flight is joined: what is cleared after this must not come back.
        let epoch = self.cache.epoch();
        let seat = self.flights.join((holder.identity, epoch), replaces.is_some(), || {
            let (source, holder) = (self.clone(), holder.clone());
            async move { source.exchange(&holder, replaces, epoch).await }
        });
        if !seat.started {
            self.coalesced.fetch_add(1, Relaxed);
        }
        seat
    }

    /// The flight itself has the whole budget: a caller in a hurry shortens its own wait only.
    async fn exchange(
        &self,
        holder: &Holder,
        replaces: Option<Ticket>,
        begun: Epoch,
    ) -> Result<Arc<Kept>, Arc<Failure>> {
        // A flight that landed between this caller's look and its joining left a token.
        let before = self.kept(holder);
        if let Some(kept) =
            before.as_ref().filter(|kept| replaces.is_none() || kept.ticket != replaces)
        {
            return Ok(kept.clone());
        }
        // Or a refusal.
        if let Some(failure) = self.refuses(holder, self.clock.now()) {
            return Err(Arc::new(failure));
        }
        let patience = if replaces.is_some() { Patience::RENEWAL } else { Patience::WAITED_FOR };
        match self.server.mint(&holder.credential, patience).await {
            Ok(mint) => {
                self.refusals.forget(&holder.identity);
                let value = mint.token.value.expose();
                if before.is_some_and(|before| before.token.value.expose() == value) {
                    self.cap.count(holder.identity, self.clock.now());
                }
                self.mints.fetch_add(1, Relaxed);
                *self.last_mint.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some((mint.signing, mint.exchange));
                Ok(self.cache.put(holder.identity, mint.token, begun, self.clock.now()))
            }
            Err(failure) => {
                self.failures.fetch_add(1, Relaxed);
                let now = self.clock.now();
                self.refusals.remember(holder.identity, &failure, now);
                if failure.status.is_some() {
                    self.cap.count(holder.identity, now);
                }
                Err(Arc::new(failure))
            }
        }
    }

    /// Drops the token of this value, if it is the one that is kept.
    pub fn invalidate(&self, holder: &Holder, value: &str) {
        self.cache.invalidate(holder.identity, value);
    }

    /// The same, because the API answered 401 to it. The login that replaces it counts against the
    /// cap. Returns the number of the last exchange begun: a token of a later one is an answer to
    /// this rejection.
    pub fn reject(&self, holder: &Holder, value: &str) -> u64 {
        if self.cache.invalidate(holder.identity, value) {
            self.cap.count(holder.identity, self.clock.now());
        }
        self.server.exchanges()
    }

    /// Marks the use of `holder`'s token, so that it is not the one to be evicted.
    pub fn mark_used(&self, holder: &Holder) {
        self.cache.mark_used(&holder.identity);
    }

    /// Drops the dead tokens and returns how many there were.
    pub fn clear_expired(&self) -> u64 {
        self.cache.clear_expired(self.clock.now())
    }

    /// Forgets every token, every refusal and every audience learnt; returns how many tokens there
    /// were.
    pub fn clear(&self) -> u64 {
        self.server.forget();
        self.refusals.clear();
        self.cap.clear();
        self.cache.clear()
    }

    /// What the source holds and did.
    pub fn stats(&self) -> Stats {
        let kept = self.cache.count(self.clock.now());
        Stats {
            hits: kept.hits + self.hits.load(Relaxed),
            kept,
            misses: self.misses.load(Relaxed),
            mints: self.mints.load(Relaxed),
            coalesced: self.coalesced.load(Relaxed),
            failures: self.failures.load(Relaxed),
            exchanges: self.server.exchanges(),
            in_flight: self.flights.count(),
            last_mint: *self.last_mint.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
}

enum Found {
    Kept(Arc<Kept>),
    Seat(Seat<Arc<Kept>>),
    Refused(Failure),
}
