//! A token source as a class.

use std::sync::Arc;

use napi_derive::napi;

use super::outcome::Refusal;
use super::shared;
use crate::authorization_server::salesforce::allowed_host;
use crate::clock::SystemClock;
use crate::failure::Failure;
use crate::source;
use crate::transport::HttpTransport;

/// Options of a source; `lib/` has checked their types.
#[napi(object, object_to_js = false)]
pub struct SourceOptions {
    /// The most tokens that are cached.
    pub capacity: Option<u32>,
    /// Hosts that a token response may name, besides the configured host and Salesforce's hosts.
    pub allowed_instance_hosts: Option<Vec<String>>,
    /// PEM certificates of authorities to trust beside the bundled ones.
    pub ca: Option<String>,
}

/// Numbers of a source; times in milliseconds.
#[napi(object, object_from_js = false)]
pub struct SourceStats {
    /// Tokens cached: `valid` + `expired`.
    pub total: f64,
    /// Tokens that may be handed out.
    pub valid: f64,
    /// Tokens past their usable life.
    pub expired: f64,
    /// Calls answered from memory.
    pub hits: f64,
    /// Calls that found no live token.
    pub misses: f64,
    /// Tokens received.
    pub mints: f64,
    /// Calls that waited for another call's request.
    pub coalesced: f64,
    /// Flights that ended without a token.
    pub failures: f64,
    /// HTTP requests sent to authorization servers.
    pub requests: f64,
    /// Running flights.
    pub in_flight: u32,
    /// How long the last mint took.
    pub last_mint: Option<MintTimes>,
}

/// How long a mint took, in milliseconds.
#[napi(object, object_from_js = false)]
pub struct MintTimes {
    /// The time for making and signing the assertion.
    pub sign_ms: f64,
    /// The time from sending the request to its answer.
    pub request_ms: f64,
}

/// A token source, with its cache and its flights.
#[napi]
pub struct TokenSource {
    pub(super) source: Result<Arc<source::TokenSource>, Failure>,
}

#[napi]
impl TokenSource {
    /// A source of its own, shared with no other manager. Check `refusal` before using the source.
    #[napi(constructor, catch_unwind)]
    pub fn new(options: SourceOptions) -> Self {
        Self { source: open(options) }
    }

    /// The source that all threads of the process share.
    #[napi(factory, catch_unwind)]
    pub fn shared() -> Self {
        Self { source: Ok(shared::source()) }
    }

    /// The source for refresh tokens that all threads of the process share.
    #[napi(factory, catch_unwind)]
    pub fn shared_for_refresh_tokens() -> Self {
        Self { source: Ok(shared::refresh_token_source()) }
    }

    /// Why the options cannot be used.
    #[napi(getter, catch_unwind)]
    pub fn refusal(&self) -> Option<Refusal> {
        self.source.as_ref().err().map(Refusal::from)
    }

    /// The source's tokens and counts.
    #[napi(catch_unwind)]
    pub fn stats(&self) -> SourceStats {
        let stats = self.source.as_ref().map(|source| source.stats()).unwrap_or_default();
        SourceStats {
            total: (stats.cached.valid + stats.cached.expired) as f64,
            valid: stats.cached.valid as f64,
            expired: stats.cached.expired as f64,
            hits: stats.hits as f64,
            misses: stats.misses as f64,
            mints: stats.mints as f64,
            coalesced: stats.coalesced as f64,
            failures: stats.failures as f64,
            requests: stats.requests as f64,
            in_flight: stats.in_flight as u32,
            last_mint: stats.last_mint.map(|(signing, request)| MintTimes {
                sign_ms: signing.as_secs_f64() * 1e3,
                request_ms: request.as_secs_f64() * 1e3,
            }),
        }
    }

    /// Drops dead tokens. Returns how many there were.
    #[napi(catch_unwind)]
    pub fn clear_expired(&self) -> f64 {
        self.source.as_ref().map_or(0, |source| source.clear_expired()) as f64
    }

    /// Drops all tokens. Returns how many there were.
    #[napi(catch_unwind)]
    pub fn clear(&self) -> f64 {
        self.source.as_ref().map_or(0, |source| source.clear()) as f64
    }
}

fn open(options: SourceOptions) -> Result<Arc<source::TokenSource>, Failure> {
    let transport = match options.ca {
        None => shared::transport(),
        Some(ca) => {
            let transport = HttpTransport::new(ca.into_bytes(), shared::extra_roots());
            transport.check()?;
            Arc::new(transport)
        }
    };
    let hosts = options.allowed_instance_hosts.unwrap_or_default();
    let allowed = hosts.iter().map(|host| allowed_host(host)).collect::<Result<_, _>>()?;
    Ok(shared::listed(source::TokenSource::new(source::SourceOptions {
        transport,
        clock: Arc::new(SystemClock),
        deadlines: shared::DEADLINES.clone(),
        capacity: options.capacity.map_or(source::CAPACITY, u64::from),
        allowed_instance_hosts: allowed,
    })))
}
