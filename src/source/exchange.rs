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
                if was_refused(&failure) {
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

    /// Sends the youngest refresh token, once, and returns what it brought when the user has kept the
    /// one that took its place.
    async fn refresh(&self, holder: &RefreshToken) -> Result<Mint, Failure> {
        let RefreshToken { client, lineage, lineages, .. } = holder;
        let _turn = lineage.turn().await;
        let mut took = None;
        loop {
            match lineage.next(self.number)? {
                Next::Keep => lineage.settled(&*self.clock).await?,
                Next::Take(granted) => {
                    let token = granted?;
                    // One that was left by a flight that nobody waited for may be dead by now.
                    if took.is_some() || token.is_alive(self.clock.now()) {
                        let exchange = took.unwrap_or_default();
                        return Ok(Mint { token, signing: Duration::ZERO, exchange });
                    }
                }
                Next::Send(refresh_token) => {
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
                    lineage.answered(self.number, refreshed.token, refreshed.refresh_token);
                }
            }
        }
    }
}

/// Whether a login was looked at and refused. A server that is down, or asks for fewer requests, has
/// used up none.
fn was_refused(failure: &Failure) -> bool {
    failure.code == Code::LoginRateExceeded || (failure.status.is_some() && !failure.retryable)
}
