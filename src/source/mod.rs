//! Gives a token: from the cache, or by a flight to the issuer. The only room that knows this order.

mod answer;
pub mod flight;
pub mod login;
mod mint;
mod mint_cap;
mod refusals;
mod stats;

use std::sync::Arc;

use crate::authorization_server::salesforce::{Refreshed, Salesforce};
use crate::cache::{CachedToken, Deadlines, Epoch, Ticket, TokenCache};
use crate::clock::{Clock, Moment};
use crate::credential::Client;
use crate::failure::Failure;
use crate::grant::authorization_code::AuthorizationCode;
use crate::identity::Identity;
use crate::retry::out_of_time;
use crate::transport::Transport;

use answer::Lookup;
pub use answer::{Answer, Resume, Storing};
use flight::{Flights, Seat};
use login::{Grant, Login};
use mint_cap::MintCap;
use refusals::Refusals;
use stats::Counters;
pub use stats::Stats;

/// The most tokens that are cached by default.
pub const CAPACITY: u64 = 10_000;

/// The parts of a source.
pub struct SourceOptions {
    /// Sends the requests.
    pub transport: Arc<dyn Transport>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// The table of tickets. Sources may share one table.
    pub deadlines: Arc<Deadlines>,
    /// The most tokens that are cached.
    pub capacity: u64,
    /// Hosts trusted beside the configured host and Salesforce's domains.
    pub allowed_instance_hosts: Vec<String>,
}

/// Gives tokens to any number of logins. The methods for a call are in `answer.rs`, the methods for
/// a flight in `mint.rs`.
pub struct TokenSource {
    issuer: Salesforce,
    cache: TokenCache,
    flights: Flights<(Identity, Epoch), Arc<CachedToken>>,
    refusals: Refusals,
    cap: MintCap,
    clock: Arc<dyn Clock>,
    counters: Counters,
}

impl TokenSource {
    /// A source with a cache of its own.
    pub fn new(options: SourceOptions) -> Self {
        let SourceOptions { transport, clock, deadlines, capacity, allowed_instance_hosts } =
            options;
        Self {
            issuer: Salesforce::new(transport, clock.clone(), allowed_instance_hosts),
            cache: TokenCache::new(capacity, deadlines),
            flights: Flights::default(),
            refusals: Refusals::default(),
            cap: MintCap::default(),
            clock,
            counters: Counters::default(),
        }
    }

    /// Starts a flight for `login` if there is no live token, and does not wait for it. Must be called
    /// inside a tokio runtime.
    pub fn prewarm(self: &Arc<Self>, login: &Login) {
        if self.cached(login).is_none() {
            self.look_up(login, true);
        }
    }

    fn look_up(self: &Arc<Self>, login: &Login, may_start: bool) -> Lookup {
        let now = self.clock.now();
        if let Some(cached) = self.cached_at(login, now) {
            self.counters.hits.count();
            return Lookup::Cached(cached);
        }
        self.counters.misses.count();
        if let Some(failure) = self.refuses(login, now) {
            return Lookup::Refused(failure);
        }
        if !may_start {
            return Lookup::Refused(out_of_time());
        }
        Lookup::Seat(self.fly(login, None))
    }

    /// The cached token of `login`, if it is alive. Sends nothing.
    pub fn cached(&self, login: &Login) -> Option<Arc<CachedToken>> {
        self.cached_at(login, self.clock.now())
    }

    fn cached_at(&self, login: &Login, now: Moment) -> Option<Arc<CachedToken>> {
        self.cache.get(&login.identity, now).filter(|_| !login.is_forgotten())
    }

    /// Renews the token of `ticket` in the background, while the token is alive. If that fails, the
    /// token stays cached. Must be called inside a tokio runtime.
    pub fn renew(self: &Arc<Self>, login: &Login, ticket: Ticket) {
        if self.refuses(login, self.clock.now()).is_none() {
            self.fly(login, Some(ticket));
        }
    }

    fn refuses(&self, login: &Login, now: Moment) -> Option<Failure> {
        let identity = &login.identity;
        self.refusals.get(identity, now).or_else(|| self.cap.refuses(identity, now))
    }

    /// Joins the flight for `login`, or starts one. `replaces` is the ticket of the cached token to
    /// replace.
    fn fly(self: &Arc<Self>, login: &Login, replaces: Option<Ticket>) -> Seat<Arc<CachedToken>> {
        // Read before joining: after a clear, the token of this flight must not be cached.
        let epoch = self.cache.epoch();
        let seat = self.flights.join((login.identity, epoch), replaces.is_some(), || {
            let (source, login) = (self.clone(), login.clone());
            async move { source.mint(&login, replaces, epoch).await }
        });
        if !seat.started {
            self.counters.coalesced.count();
        }
        seat
    }

    /// Trades an authorization code for tokens, which are not cached.
    ///
    /// # Errors
    /// The failure of the request.
    pub async fn redeem(
        &self,
        client: &Client,
        code: &AuthorizationCode,
    ) -> Result<Refreshed, Failure> {
        let redeemed = self.issuer.redeem(client, code).await;
        if redeemed.is_err() {
            self.counters.failures.count();
        }
        redeemed
    }

    /// Drops the cached token, if it has this value.
    pub fn invalidate(&self, login: &Login, value: &str) {
        self.cache.invalidate(login.identity, value);
    }

    /// Drops the cached token if it has this value, because the API answered 401 to the token. The
    /// next login then counts against the cap. Returns the number of the last request. A token of a
    /// later request was asked for after this rejection.
    pub fn reject(&self, login: &Login, value: &str) -> u64 {
        if self.cache.invalidate(login.identity, value) {
            self.cap.count(login.identity, self.clock.now());
        }
        self.issuer.requests()
    }

    /// Forgets the lineage of `login`, and drops its access token from this source. Returns whether
    /// the lineage was ever used. Other sources no longer give that access token, but
    /// [`Self::drop_token`] must drop it from them.
    pub fn forget(&self, login: &Login) -> bool {
        let Grant::RefreshToken(token) = &login.grant else { return false };
        let was_used = token.known.forget(&token.lineage);
        self.drop_token(login);
        was_used
    }

    /// Drops the cached token of `login`, which ends its ticket.
    pub fn drop_token(&self, login: &Login) {
        if let Some(cached) = self.cache.get(&login.identity, self.clock.now()) {
            self.cache.invalidate(login.identity, cached.token.value.expose());
        }
    }

    /// Marks the use of `login`'s token, so that the cache evicts another token.
    pub fn mark_used(&self, login: &Login) {
        self.cache.mark_used(&login.identity);
    }

    /// Drops the dead tokens. Returns how many there were.
    pub fn clear_expired(&self) -> u64 {
        self.cache.clear_expired(self.clock.now())
    }

    /// Drops every token. Forgets all refusals, counts of logins, audiences and clock differences.
    /// Returns how many tokens there were.
    pub fn clear(&self) -> u64 {
        self.issuer.forget();
        self.refusals.clear();
        self.cap.clear();
        self.cache.clear()
    }

    /// The source's tokens and counts.
    pub fn stats(&self) -> Stats {
        self.counters.stats(
            self.cache.count(self.clock.now()),
            self.issuer.requests(),
            self.flights.count(),
        )
    }
}
