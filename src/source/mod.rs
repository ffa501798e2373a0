//! Gives a token: the cache, then a flight to the authorization server. The only place that knows
//! this order.

mod refresh;
mod stats;

use std::future::{Future, pending};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::authorization_server::{
    AuthorizationServer, BUDGET, Mint, Patience, Refreshed, SMALLEST_BUDGET, out_of_time,
};
use crate::cache::{Epoch, Kept, TokenCache};
use crate::client::Client;
use crate::clock::{Clock, Moment};
use crate::deadlines::{Deadlines, Ticket};
use crate::failure::{Code, Failure};
use crate::flight::{Flights, Seat};
use crate::grant::authorization_code::AuthorizationCode;
use crate::holder::{Grant, Holder};
use crate::identity::Identity;
use crate::lineage::{Offer, Waiting};
use crate::mint_cap::MintCap;
use crate::refusals::Refusals;
use crate::transport::Transport;

use stats::Counters;
pub use stats::Stats;

/// The most tokens kept by default.
pub const CAPACITY: u64 = 10_000;
/// By how much a timer is late after a freeze, at least, and how long an answer that came during it
/// is then waited for.
const THAW: Duration = Duration::from_millis(250);

/// How much longer than its keeper's patience an offer stays out: the keeper says itself that it
/// failed, unless it is gone without a word.
const LAPSE: Duration = Duration::from_secs(1);

/// What a caller can do with a new refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// Nothing: it stays in this process.
    InMemory,
    /// Keep it within this time.
    Within(Duration),
}

/// What a caller gets.
pub enum Answer {
    /// A live token.
    Token(Arc<Kept>),
    /// A refresh token to be kept first.
    Offer(Offer),
}

/// Tokens for any number of credentials.
pub struct TokenSource {
    server: AuthorizationServer,
    cache: TokenCache,
    flights: Flights<(Identity, Epoch), Arc<Kept>>,
    refusals: Refusals,
    cap: MintCap,
    clock: Arc<dyn Clock>,
    counters: Counters,
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
            counters: Counters::default(),
        }
    }

    /// A live token for `holder`, inside `budget` (at most eight seconds). The cache is asked, and
    /// the exchange started, before this returns; the future only waits. A new refresh token stays in
    /// memory. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// What the exchange met; `DEADLINE` if the budget ends first. The exchange goes on in that
    /// case, and the next call finds its token.
    pub fn token(
        self: &Arc<Self>,
        holder: &Holder,
        budget: Duration,
    ) -> impl Future<Output = Result<Arc<Kept>, Arc<Failure>>> + Send + use<> {
        let (source, holder) = (self.clone(), holder.clone());
        let first = self.ask(&holder, budget, Keeping::InMemory);
        async move {
            let mut answer = first.await?;
            loop {
                match answer {
                    Answer::Token(kept) => return Ok(kept),
                    Answer::Offer(offer) => offer.kept(),
                }
                answer = source.ask(&holder, budget, Keeping::InMemory).await?;
            }
        }
    }

    /// The same, for a caller that may be asked to keep a new refresh token before anybody gets the
    /// access token: it settles the offer and asks again.
    ///
    /// # Errors
    /// As [`TokenSource::token`].
    pub fn ask(
        self: &Arc<Self>,
        holder: &Holder,
        budget: Duration,
        keeping: Keeping,
    ) -> impl Future<Output = Result<Answer, Arc<Failure>>> + Send + use<> {
        let budget = budget.min(BUDGET);
        let (source, holder) = (self.clone(), holder.clone());
        // Before the flight: what it brings goes to those who can keep it.
        let waiting = match &holder.grant {
            Grant::JwtBearer(_) => None,
            Grant::RefreshToken(token) => {
                Some(Waiting::at(&token.lineage, matches!(keeping, Keeping::Within(_))))
            }
        };
        let found = self.look_up(&holder, budget >= SMALLEST_BUDGET);
        async move {
            let started = source.clock.now();
            let offer = source.offer(waiting, keeping);
            let mut waiting = pin!(source.wait(&holder, found, offer));
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

    async fn offer(&self, waiting: Option<Waiting>, keeping: Keeping) -> Offer {
        let patience = match keeping {
            Keeping::InMemory => THAW,
            Keeping::Within(patience) => patience + LAPSE,
        };
        match waiting {
            Some(waiting) => waiting.offer(&*self.clock, patience).await,
            None => pending().await,
        }
    }

    async fn wait(
        self: &Arc<Self>,
        holder: &Holder,
        mut found: Found,
        offer: impl Future<Output = Offer>,
    ) -> Result<Answer, Arc<Failure>> {
        let mut offer = pin!(offer);
        loop {
            let seat = match found {
                Found::Kept(kept) => return Ok(Answer::Token(kept)),
                Found::Refused(failure) => return Err(Arc::new(failure)),
                Found::Seat(seat) => seat,
            };
            // A renewal in the background tries once; somebody who waits deserves more.
            let again = seat.in_background && !seat.started;
            let outcome = tokio::select! {
                biased;
                outcome = seat.outcome() => outcome,
                offer = &mut offer => return Ok(Answer::Offer(offer)),
            };
            match outcome {
                Err(failure) if again && failure.retryable => found = self.look_up(holder, true),
                outcome => return outcome.map(Answer::Token),
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
            self.counters.hits.count();
            return Found::Kept(kept);
        }
        self.counters.misses.count();
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
            self.counters.coalesced.count();
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
        match self.mint(&holder.grant, patience).await {
            Ok(mint) => {
                self.refusals.forget(&holder.identity);
                let value = mint.token.value.expose();
                if before.is_some_and(|before| before.token.value.expose() == value) {
                    self.cap.count(holder.identity, self.clock.now());
                }
                self.counters.minted(mint.signing, mint.exchange);
                Ok(self.cache.put(holder.identity, mint.token, begun, self.clock.now()))
            }
            Err(failure) => {
                self.counters.failures.count();
                let now = self.clock.now();
                self.refusals.remember(holder.identity, &failure, now);
                if failure.status.is_some() {
                    self.cap.count(holder.identity, now);
                }
                Err(Arc::new(failure))
            }
        }
    }

    async fn mint(&self, grant: &Grant, patience: Patience) -> Result<Mint, Failure> {
        match grant {
            Grant::JwtBearer(credential) => self.server.mint(credential, patience).await,
            Grant::RefreshToken(token) => self.refresh(token).await,
        }
    }

    /// Trades an authorization code for tokens, which are not kept.
    ///
    /// # Errors
    /// What the exchange met.
    pub async fn redeem(
        &self,
        client: &Client,
        code: &AuthorizationCode,
    ) -> Result<Refreshed, Failure> {
        let redeemed = self.server.redeem(client, code).await;
        if redeemed.is_err() {
            self.counters.failures.count();
        }
        redeemed
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

    /// Forgets the lineage of a refresh token and its access token; whether it was ever used.
    pub fn forget(&self, holder: &Holder) -> bool {
        let Grant::RefreshToken(token) = &holder.grant else { return false };
        if let Some(kept) = self.kept(holder) {
            self.cache.invalidate(holder.identity, kept.token.value.expose());
        }
        token.lineages.forget(&token.lineage) && token.lineage.was_used()
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
        self.counters.stats(
            self.cache.count(self.clock.now()),
            self.server.exchanges(),
            self.flights.count(),
        )
    }
}

enum Found {
    Kept(Arc<Kept>),
    Seat(Seat<Arc<Kept>>),
    Refused(Failure),
}
