//! What a flight does: looks once more, asks by the grant, keeps what came, remembers what was refused.

use std::sync::Arc;
use std::time::Duration;

use super::TokenSource;
use crate::authorization_server::{Mint, Patience, Use};
use crate::cache::{Epoch, Kept};
use crate::deadlines::Ticket;
use crate::failure::{Code, Failure};
use crate::holder::{Grant, Holder, RefreshToken};
use crate::lineage::{Next, Younger};
use crate::token::AccessToken;

impl TokenSource {
    /// The flight itself has the whole budget: a caller in a hurry shortens its own wait only.
    pub(super) async fn exchange(
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
        match self.mint(&holder.grant, patience, begun).await {
            Ok(mint) => {
                self.refusals.forget(&holder.identity);
                let value = mint.token.value.expose();
                if before.is_some_and(|before| before.token.value.expose() == value) {
                    self.cap.count(holder.identity, self.clock.now());
                }
                self.counters.minted(mint.signing, mint.exchange);
                let kept = self.cache.put(holder.identity, mint.token, begun, self.clock.now());
                // Forgotten in this moment, after `forget` looked for it.
                if holder.is_forgotten() {
                    self.drop_token(holder);
                }
                Ok(kept)
            }
            Err(failure) => {
                // Of one that was only remembered nothing is counted.
                if failure.attempts > 0 {
                    self.count_failure(holder, &failure);
                }
                Err(Arc::new(failure))
            }
        }
    }

    fn count_failure(&self, holder: &Holder, failure: &Failure) {
        let now = self.clock.now();
        self.counters.failures.count();
        self.refusals.remember(holder.identity, failure, now);
        if was_refused(failure) {
            self.cap.count(holder.identity, now);
        }
    }

    async fn mint(&self, grant: &Grant, patience: Patience, begun: Epoch) -> Result<Mint, Failure> {
        match grant {
            Grant::JwtBearer(credential) => self.server.mint(credential, patience).await,
            Grant::RefreshToken(token) => self.refresh(token, begun.number()).await,
        }
    }

    /// Sends the youngest refresh token, once, and returns what it brought when the user has kept the
    /// one that took its place.
    async fn refresh(&self, holder: &RefreshToken, asker: u64) -> Result<Mint, Failure> {
        let RefreshToken { client, lineage, lineages, .. } = holder;
        let _turn = lineage.turn().await;
        let mut took = None;
        loop {
            match lineage.next(asker)? {
                Next::Keep => lineage.settled(&*self.clock).await?,
                Next::Take(granted) => match (granted, took) {
                    (Ok(token), _) if token.is_alive(self.clock.now()) => {
                        return Ok(mint(token, took));
                    }
                    (Ok(token), Some(_)) if token.is_for_one_use() => return Ok(mint(token, took)),
                    (Ok(_), Some(_)) => return Err(kept_too_late()),
                    (Err(failure), Some(_)) => return Err(failure),
                    // Left by a flight that ended: asked anew.
                    (_, None) => {}
                },
                Next::Send(refresh_token) => {
                    lineages.add(client, &refresh_token, lineage);
                    let to = Use {
                        instance_url: holder.instance_url.as_ref(),
                        life: holder.life,
                        may_rotate: lineage.may_rotate(),
                    };
                    let answer = self.server.refresh(client, &refresh_token, &to).await;
                    let refreshed = answer.map_err(|failure| lineage.failed(failure))?;
                    took = Some(refreshed.exchange);
                    if let Younger::Token(token) = &refreshed.refresh_token {
                        lineages.add(client, token, lineage);
                    }
                    lineage.answered(asker, refreshed.token, refreshed.refresh_token);
                }
            }
        }
    }
}

fn mint(token: AccessToken, took: Option<Duration>) -> Mint {
    Mint { token, signing: Duration::ZERO, exchange: took.unwrap_or_default() }
}

fn kept_too_late() -> Failure {
    let what = "The life of the access token was over before its refresh token was kept.";
    Failure { attempts: 1, ..Failure::new(Code::NetworkTimeout, what) }
}

/// Whether a login was looked at and refused. A server that is down, or asks for fewer requests, has
/// used up none.
fn was_refused(failure: &Failure) -> bool {
    failure.code == Code::LoginRateExceeded || (failure.status.is_some() && !failure.retryable)
}
