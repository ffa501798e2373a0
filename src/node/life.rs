//! `tokenTtl` and `tokenBuffer` → a token's life.

use std::time::Duration;

use napi::Either;

use crate::failure::Failure;
use crate::life::Life;

/// Reads `tokenTtl` and `tokenBuffer`.
pub(super) fn life(
    ttl: Option<Either<f64, String>>,
    buffer: Option<f64>,
    default: Duration,
) -> Result<Life, Failure> {
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

fn duration(option: &'static str, seconds: f64) -> Result<Duration, Failure> {
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| Failure::of_option(option, format!("{option} is not a number of seconds.")))
}
