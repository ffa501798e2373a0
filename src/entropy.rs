//! Random bytes of the operating system, and random times.

use std::time::Duration;

use aws_lc_rs::rand;

use crate::failure::{Code, Failure};

/// `N` random bytes of the operating system, fit for keys.
///
/// # Errors
/// `INTERNAL` if the system gives no random numbers.
pub fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes)
        .map_err(|_| Failure::new(Code::Internal, "The system gives no random numbers."))?;
    Ok(bytes)
}

/// A random time up to `ceiling`, so that processes do not act at the same moment. `ceiling` itself
/// if the system gives no random numbers.
pub fn jitter(ceiling: Duration) -> Duration {
    let part = |bytes| f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX);
    random().map_or(ceiling, |bytes| ceiling.mul_f64(part(bytes)))
}
