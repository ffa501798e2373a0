//! A login at one source, which an entry of `lib/` asks for tokens.

use std::sync::Arc;
use std::time::Duration;

use napi::Env;
use napi::bindgen_prelude::{PromiseRaw, Result, within_runtime_if_available};
use napi_derive::napi;

use super::jwt_config::{self, JwtConfig};
use super::outcome::{GrantedToken, Outcome, Refusal};
use super::peek::ticket_of;
use super::promise::promise;
use super::refresh_token::{self, RefreshTokenConfig};
use super::rotation::Rotation;
use super::shared;
use super::token_source::TokenSource;
use crate::failure::Failure;
use crate::source::{self, Answer, Storing, login};

struct Ready {
    source: Arc<source::TokenSource>,
    login: login::Login,
}

/// A login at one source.
#[napi]
pub struct Login {
    ready: std::result::Result<Arc<Ready>, Failure>,
}

#[napi]
impl Login {
    /// Checks the configuration and parses the key, once. Check `refusal` before using the login.
    #[napi(constructor, catch_unwind)]
    pub fn new(source: &TokenSource, config: JwtConfig) -> Self {
        let ready = source.source.clone().and_then(|source| {
            let login = login::Login::by_jwt(jwt_config::credential(config)?);
            Ok(Arc::new(Ready { source, login }))
        });
        Self { ready }
    }

    /// Why the configuration cannot be used.
    #[napi(getter, catch_unwind)]
    pub fn refusal(&self) -> Option<Refusal> {
        self.ready.as_ref().err().map(Refusal::from)
    }

    /// A login by a refresh token. Check `refusal` before using the login.
    #[napi(factory, catch_unwind)]
    pub fn with_refresh_token(
        source: &TokenSource,
        config: RefreshTokenConfig,
        refresh_token: String,
    ) -> Self {
        let ready = source.source.clone().and_then(|source| {
            Ok(Arc::new(Ready { source, login: refresh_token::login(config, refresh_token)? }))
        });
        Self { ready }
    }

    /// A live token, within `budget` milliseconds. Never rejects: a failure is a value.
    /// `storesWithin` is the time in milliseconds that the caller may need to store a new refresh
    /// token. It is absent if the caller cannot store. After the outcome `rotated`, the caller
    /// settles the rotation and passes it as `settled`.
    ///
    /// # Errors
    /// None.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome>")]
    pub fn token<'env>(
        &self,
        env: &'env Env,
        budget: f64,
        stores_within: Option<f64>,
        settled: Option<&Rotation>,
    ) -> Result<PromiseRaw<'env, Outcome>> {
        let budget = milliseconds(budget);
        let storing =
            stores_within.map_or(Storing::InMemory, |limit| Storing::Within(milliseconds(limit)));
        let ready = self.ready.clone();
        let resume = settled.map(Rotation::resume);
        let ask = move || {
            // The cache is read now, so that a clear() after this call comes after the reading.
            let asked = ready.map(|ready| ready.source.ask(&ready.login, budget, storing, resume));
            async move { asked?.await }
        };
        promise(env, ask, |outcome| match outcome {
            Ok(Answer::Token(cached)) => Outcome::Granted { token: GrantedToken::from(&*cached) },
            Ok(Answer::Offer(offer, resume)) => {
                Outcome::Rotated { rotation: Rotation::new(offer, resume) }
            }
            Err(failure) => Outcome::Refused { refusal: Refusal::from(&*failure) },
        })
    }

    /// Starts a login if no live token is cached. Does not wait, and does not keep the process
    /// alive.
    #[napi(catch_unwind)]
    pub fn prewarm(&self) {
        if let Ok(ready) = &self.ready {
            within_runtime_if_available(|| ready.source.prewarm(&ready.login));
        }
    }

    /// The cached token, if it is alive. Sends nothing.
    #[napi(catch_unwind)]
    pub fn cached(&self) -> Option<GrantedToken> {
        let ready = self.ready.as_ref().ok()?;
        ready.source.cached(&ready.login).map(|cached| GrantedToken::from(&*cached))
    }

    /// Renews the token with this ticket in the background. Does not wait, and does not keep the
    /// process alive.
    #[napi(catch_unwind)]
    pub fn renew(&self, ticket: f64) {
        if let Ok(ready) = &self.ready {
            within_runtime_if_available(|| ready.source.renew(&ready.login, ticket_of(ticket)));
        }
    }

    /// Drops the cached token, if it has this value.
    #[napi(catch_unwind)]
    pub fn invalidate(&self, access_token: String) {
        if let Ok(ready) = &self.ready {
            ready.source.invalidate(&ready.login, &access_token);
        }
    }

    /// Drops the cached token if it has this value, because the API answered 401 to the token.
    /// Returns the number of the last request. A token with a larger `request` was asked for after
    /// this rejection.
    #[napi(catch_unwind)]
    pub fn reject(&self, access_token: String) -> f64 {
        self.ready.as_ref().map_or(0, |ready| ready.source.reject(&ready.login, &access_token))
            as f64
    }

    /// Whether both logins share one token, as two logins of one lineage do.
    #[napi(catch_unwind)]
    pub fn is_same(&self, other: &Login) -> bool {
        let identity = |one: &Self| one.ready.as_ref().ok().map(|ready| ready.login.identity);
        identity(self).is_some() && identity(self) == identity(other)
    }

    /// Whether the refresh token of this login was forgotten. The login then gives no token.
    #[napi(catch_unwind)]
    pub fn is_forgotten(&self) -> bool {
        self.ready.as_ref().is_ok_and(|ready| ready.login.is_forgotten())
    }

    /// Forgets the lineage of this login and its access token. Returns whether a refresh token of the
    /// lineage was ever sent.
    #[napi(catch_unwind)]
    pub fn forget(&self) -> bool {
        let Ok(ready) = &self.ready else { return false };
        let was_used = ready.source.forget(&ready.login);
        for source in shared::sources() {
            source.drop_token(&ready.login);
        }
        was_used
    }

    /// Marks the use of the token, so that the cache evicts another token.
    #[napi(catch_unwind)]
    pub fn mark_used(&self) {
        if let Ok(ready) = &self.ready {
            ready.source.mark_used(&ready.login);
        }
    }
}

fn milliseconds(count: f64) -> Duration {
    Duration::from_secs_f64(count.clamp(0.0, 1e6) / 1e3)
}
