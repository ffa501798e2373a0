//! Random bytes of the operating system, and random times.

use std::time::Duration;

use aws_lc_rs::rand;

use crate::failure::{Code, Failure};

/// `N` bytes that nobody can guess.
///
/// # Errors
/// `INTERNAL` if the system gives none.
pub fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes)
        .map_err(|_| Failure::new(Code::Internal, "The system gives no random numbers."))?;
    Ok(bytes)
}

/// A random part of `ceiling`, so that a fleet does not act in step.
pub fn jitter(ceiling: Duration) -> Duration {
    let part = |bytes| f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX);
    random().map_or(ceiling, |bytes| ceiling.mul_f64(part(bytes)))
}
