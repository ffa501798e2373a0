//! Gives a token: the cache, then a flight to the authorization server. The only place that knows
//! this order.

mod answer;
mod exchange;
mod stats;

use std::sync::Arc;

use crate::authorization_server::{AuthorizationServer, Refreshed, out_of_time};
use crate::cache::{Epoch, Kept, TokenCache};
use crate::client::Client;
use crate::clock::{Clock, Moment};
use crate::deadlines::{Deadlines, Ticket};
use crate::failure::Failure;
use crate::flight::{Flights, Seat};
use crate::grant::authorization_code::AuthorizationCode;
use crate::holder::{Grant, Holder};
use crate::identity::Identity;
use crate::mint_cap::MintCap;
use crate::refusals::Refusals;
use crate::transport::Transport;

use answer::Found;
pub use answer::{Answer, Keeping, Place};
use stats::Counters;
pub use stats::Stats;

/// The most tokens kept by default.
pub const CAPACITY: u64 = 10_000;
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

    /// Starts the exchange for `holder` if there is no live token, and does not wait for it. Must
    /// be called inside a tokio runtime.
    pub fn prewarm(self: &Arc<Self>, holder: &Holder) {
        if self.kept(holder).is_none() {
            self.look_up(holder, true);
        }
    }

    fn look_up(self: &Arc<Self>, holder: &Holder, may_start: bool) -> Found {
        let now = self.clock.now();
        if let Some(kept) = self.kept_at(holder, now) {
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
        self.kept_at(holder, self.clock.now())
    }

    fn kept_at(&self, holder: &Holder, now: Moment) -> Option<Arc<Kept>> {
        self.cache.get(&holder.identity, now).filter(|_| !holder.is_forgotten())
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

    /// Forgets the lineage of a refresh token and its access token; whether it was ever used. Other
    /// sources give that token no more, and are to [drop](Self::drop_token) it.
    pub fn forget(&self, holder: &Holder) -> bool {
        let Grant::RefreshToken(token) = &holder.grant else { return false };
        let was_used = token.lineages.forget(&token.lineage);
        self.drop_token(holder);
        was_used
    }

    /// Drops the token kept for `holder`, which ends its ticket.
    pub fn drop_token(&self, holder: &Holder) {
        if let Some(kept) = self.cache.get(&holder.identity, self.clock.now()) {
            self.cache.invalidate(holder.identity, kept.token.value.expose());
        }
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
