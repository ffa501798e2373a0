//! Random bytes of the operating system.

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
