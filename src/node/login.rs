//! One credential at one source: what an entry of `lib/` asks for tokens.

use std::sync::Arc;
use std::time::Duration;

use napi::bindgen_prelude::{PromiseRaw, Result, within_runtime_if_available};
use napi::{Either, Env};
use napi_derive::napi;
use zeroize::Zeroizing;

use super::outcome::{GrantedToken, Outcome, Refusal};
use super::peek::ticket_of;
use super::process;
use super::promise::promise;
use super::refresh_token::{self, RefreshTokenConfig};
use super::rotation::Rotation;
use super::token_source::TokenSource;
use crate::credential::Credential;
use crate::failure::Failure;
use crate::holder::Holder;
use crate::source::{self, Answer, Keeping};
use crate::token::Life;

/// A login's configuration; `lib/` has checked the types.
#[napi(object, object_to_js = false)]
pub struct LoginConfig {
    /// Consumer key.
    pub client_id: String,
    /// Text of the RSA private key.
    pub private_key: String,
    /// Salesforce user name.
    pub username: String,
    /// The org's host.
    pub instance_url: String,
    /// Host of the token endpoint.
    pub login_url: Option<String>,
    /// The claim `aud`.
    pub audience: Option<String>,
    /// Seconds, or `'session'`.
    pub token_ttl: Option<Either<f64, String>>,
    /// Seconds.
    pub token_buffer: Option<f64>,
}

struct Ready {
    source: Arc<source::TokenSource>,
    holder: Holder,
}

/// One credential at one source.
#[napi]
pub struct Login {
    ready: std::result::Result<Arc<Ready>, Failure>,
}

#[napi]
impl Login {
    /// Checks the configuration and parses the key, once. Look at `refusal` before using it.
    #[napi(constructor, catch_unwind)]
    pub fn new(source: &TokenSource, config: LoginConfig) -> Self {
        let ready = source.source.clone().and_then(|source| {
            Ok(Arc::new(Ready { source, holder: Holder::new(credential(config)?) }))
        });
        Self { ready }
    }

    /// Why the configuration cannot be used.
    #[napi(getter, catch_unwind)]
    pub fn refusal(&self) -> Option<Refusal> {
        self.ready.as_ref().err().map(Refusal::from)
    }

    /// A login by a refresh token. Look at `refusal` before using it.
    #[napi(factory, catch_unwind)]
    pub fn with_refresh_token(
        source: &TokenSource,
        config: RefreshTokenConfig,
        refresh_token: String,
    ) -> Self {
        let ready = source.source.clone().and_then(|source| {
            let refresh_token = Zeroizing::new(refresh_token);
            Ok(Arc::new(Ready { source, holder: refresh_token::holder(config, &refresh_token)? }))
        });
        Self { ready }
    }

    /// A live token, inside `budget` milliseconds. Never rejects: a failure is a value. A caller that
    /// can keep a new refresh token says within how many milliseconds; one that was asked to, and has
    /// settled it, goes on from there.
    ///
    /// # Errors
    /// None.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome>")]
    pub fn token<'env>(
        &self,
        env: &'env Env,
        budget: f64,
        keeps_within: Option<f64>,
        settled: Option<&Rotation>,
    ) -> Result<PromiseRaw<'env, Outcome>> {
        let budget = milliseconds(budget);
        let keeping = keeps_within
            .map_or(Keeping::InMemory, |patience| Keeping::Within(milliseconds(patience)));
        let ready = self.ready.clone();
        let place = settled.map(Rotation::place);
        let ask = move || {
            // The look is taken now, so that a clear() after this call comes after it.
            let asked =
                ready.map(|ready| ready.source.go_on(&ready.holder, budget, keeping, place));
            async move { asked?.await }
        };
        promise(env, ask, |outcome| match outcome {
            Ok(Answer::Token(kept)) => Outcome::Granted { token: GrantedToken::from(&*kept) },
            Ok(Answer::Offer(offer, place)) => {
                Outcome::Rotated { rotation: Rotation::new(offer, place) }
            }
            Err(failure) => Outcome::Refused { refusal: Refusal::from(&*failure) },
        })
    }

    /// Starts the exchange if no live token is kept; neither waits nor keeps the process alive.
    #[napi(catch_unwind)]
    pub fn prewarm(&self) {
        if let Ok(ready) = &self.ready {
            within_runtime_if_available(|| ready.source.prewarm(&ready.holder));
        }
    }

    /// The token kept, if it is alive; asks nobody.
    #[napi(catch_unwind)]
    pub fn kept(&self) -> Option<GrantedToken> {
        let ready = self.ready.as_ref().ok()?;
        ready.source.kept(&ready.holder).map(|kept| GrantedToken::from(&*kept))
    }

    /// Renews the token with this number in the background; neither waits nor keeps the process
    /// alive.
    #[napi(catch_unwind)]
    pub fn renew(&self, ticket: f64) {
        if let Ok(ready) = &self.ready {
            within_runtime_if_available(|| ready.source.renew(&ready.holder, ticket_of(ticket)));
        }
    }

    /// Drops the token of this value, if it is the one that is kept.
    #[napi(catch_unwind)]
    pub fn invalidate(&self, access_token: String) {
        if let Ok(ready) = &self.ready {
            ready.source.invalidate(&ready.holder, &access_token);
        }
    }

    /// The same, because the API answered 401 to the token. A token whose `exchange` is larger than
    /// the number returned was asked for after this.
    #[napi(catch_unwind)]
    pub fn reject(&self, access_token: String) -> f64 {
        self.ready.as_ref().map_or(0, |ready| ready.source.reject(&ready.holder, &access_token))
            as f64
    }

    /// Whether the other login is for the same token: the same lineage of refresh tokens, say.
    #[napi(catch_unwind)]
    pub fn is_same(&self, other: &Login) -> bool {
        let identity = |login: &Self| login.ready.as_ref().ok().map(|ready| ready.holder.identity);
        identity(self).is_some() && identity(self) == identity(other)
    }

    /// Whether its refresh token was forgotten, by whomever: it brings nothing any more.
    #[napi(catch_unwind)]
    pub fn is_forgotten(&self) -> bool {
        self.ready.as_ref().is_ok_and(|ready| ready.holder.is_forgotten())
    }

    /// Forgets the refresh token of this login, with all that it led to and the access token; whether
    /// it was ever sent.
    #[napi(catch_unwind)]
    pub fn forget(&self) -> bool {
        let Ok(ready) = &self.ready else { return false };
        let was_used = ready.source.forget(&ready.holder);
        for source in process::sources() {
            source.drop_token(&ready.holder);
        }
        was_used
    }

    /// Marks the use of the token, so that it is not the one to be evicted.
    #[napi(catch_unwind)]
    pub fn mark_used(&self) {
        if let Ok(ready) = &self.ready {
            ready.source.mark_used(&ready.holder);
        }
    }
}

fn credential(config: LoginConfig) -> std::result::Result<Credential, Failure> {
    Credential::new(
        &config.client_id,
        &config.username,
        &Zeroizing::new(config.private_key),
        &config.instance_url,
        config.login_url.as_deref(),
        config.audience.as_deref(),
        life(config.token_ttl, config.token_buffer, Life::DEFAULT_TTL)?,
    )
}

/// Reads `tokenTtl` and `tokenBuffer`.
pub(super) fn life(
    ttl: Option<Either<f64, String>>,
    buffer: Option<f64>,
    default: Duration,
) -> std::result::Result<Life, Failure> {
    let ttl = match ttl {
        None => default,
        Some(Either::A(seconds)) => duration("tokenTtl", seconds)?,
        Some(Either::B(_session)) => Life::SESSION_TTL,
    };
    let buffer = match buffer {
        None => Life::DEFAULT_BUFFER,
        Some(seconds) => duration("tokenBuffer", seconds)?,
    };
    Life::new(ttl, buffer)
}

fn duration(option: &'static str, seconds: f64) -> std::result::Result<Duration, Failure> {
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| Failure::of_option(option, format!("{option} is no number of seconds.")))
}

fn milliseconds(count: f64) -> Duration {
    Duration::from_secs_f64(count.clamp(0.0, 1e6) / 1e3)
}
