//! What a flight does: it looks into the cache once more, mints by the grant, caches the token, and
//! remembers a refusal.

use std::sync::Arc;
use std::time::Duration;

use super::TokenSource;
use super::login::{Grant, Login, RefreshTokenGrant};
use crate::authorization_server::salesforce::{Mint, RefreshTerms};
use crate::cache::{CachedToken, Epoch, Ticket};
use crate::failure::{Code, Failure};
use crate::lineage::Next;
use crate::retry::Patience;
use crate::token::{AccessToken, Successor};

/// These methods are the flight's part of [`TokenSource`].
impl TokenSource {
    /// The work of a flight. The flight has the whole budget: a caller with less time shortens only
    /// its own wait.
    pub(super) async fn mint(
        &self,
        login: &Login,
        replaces: Option<Ticket>,
        begun: Epoch,
    ) -> Result<Arc<CachedToken>, Arc<Failure>> {
        // A flight that ended between the caller's look and this start may have left a token.
        let before = self.cached(login);
        if let Some(cached) =
            before.filter(|cached| replaces.is_none() || cached.ticket != replaces)
        {
            return Ok(cached);
        }
        // Or it may have left a refusal.
        if let Some(failure) = self.refuses(login, self.clock.now()) {
            return Err(Arc::new(failure));
        }
        let patience = if replaces.is_some() { Patience::RENEWAL } else { Patience::WAITED_FOR };
        match self.mint_by(&login.grant, patience, begun).await {
            Ok(mint) => {
                self.refusals.granted(login.identity);
                self.counters.minted(mint.signing, mint.request);
                let cached = self.cache.put(login.identity, mint.token, begun, self.clock.now());
                if let Grant::RefreshToken(grant) = &login.grant {
                    grant.lineage.minted(cached.ticket);
                }
                // The user may have forgotten the lineage after `forget` looked for this token.
                if login.is_forgotten() {
                    self.drop_token(login);
                }
                Ok(cached)
            }
            Err(failure) => {
                // A remembered failure sent nothing, so it is not counted.
                if failure.attempts > 0 {
                    self.count_failure(login, &failure, replaces.is_some());
                }
                Err(Arc::new(failure))
            }
        }
    }

    /// A failed renewal is not remembered: the token is still alive, and after its end a call may try at
    /// once.
    fn count_failure(&self, login: &Login, failure: &Failure, is_renewal: bool) {
        let now = self.clock.now();
        self.counters.failures.count();
        if !is_renewal {
            self.refusals.remember(login.identity, failure, now);
        }
        if was_refused(failure) {
            self.cap.count(login.identity, now);
        }
    }

    async fn mint_by(
        &self,
        grant: &Grant,
        patience: Patience,
        begun: Epoch,
    ) -> Result<Mint, Failure> {
        match grant {
            Grant::JwtBearer(credential) => self.issuer.mint(credential, patience).await,
            Grant::RefreshToken(grant) => self.refresh(grant, begun).await,
        }
    }

    /// Sends the newest refresh token, once. Returns the access token after the user has stored the
    /// successor.
    async fn refresh(&self, grant: &RefreshTokenGrant, begun: Epoch) -> Result<Mint, Failure> {
        let RefreshTokenGrant { client, lineage, known, .. } = grant;
        let _turn = lineage.turn().await;
        let mut took = None;
        loop {
            match lineage.next(begun, self.clock.now(), |ticket| {
                self.cache.is_alive(ticket, self.clock.now())
            })? {
                Next::Store => lineage.stored(&*self.clock).await?,
                Next::Take(granted) => match (granted, took) {
                    (Ok(token), _) if token.is_alive(self.clock.now()) => {
                        return Ok(mint(token, took));
                    }
                    (Ok(token), Some(_)) if token.is_for_one_use() => return Ok(mint(token, took)),
                    (Ok(_), Some(_)) => return Err(stored_too_late()),
                    (Err(failure), Some(_)) => return Err(failure),
                    // An earlier flight left this token or failure, which is of no use: ask again.
                    (_, None) => {}
                },
                Next::Send(refresh_token) => {
                    known.add(client, &refresh_token, lineage);
                    let terms = RefreshTerms {
                        instance_url: grant.instance_url.as_ref(),
                        life: grant.life,
                        may_rotate: lineage.may_rotate(),
                    };
                    let answer = self.issuer.refresh(client, &refresh_token, &terms).await;
                    let refreshed = answer.map_err(|failure| lineage.failed(failure))?;
                    took = Some(refreshed.request);
                    if let Successor::Token(token) = &refreshed.successor {
                        known.add(client, token, lineage);
                    }
                    lineage.answered(begun, refreshed.token, refreshed.successor);
                }
            }
        }
    }
}

fn mint(token: AccessToken, took: Option<Duration>) -> Mint {
    Mint { token, signing: Duration::ZERO, request: took.unwrap_or_default() }
}

fn stored_too_late() -> Failure {
    let what = "The life of the access token was over before its refresh token was stored.";
    Failure { attempts: 1, ..Failure::new(Code::NetworkTimeout, what) }
}

/// Whether the server checked a login and refused it. A server that is down, or asks for fewer
/// requests, has not checked a login.
fn was_refused(failure: &Failure) -> bool {
    failure.code == Code::LoginRateExceeded || (failure.status.is_some() && !failure.retryable)
}
