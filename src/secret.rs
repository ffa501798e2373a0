//! The one type that holds a secret.

use zeroize::{Zeroize, Zeroizing};

/// A private key, an assertion, an access token: readable only through [`Secret::expose`].
///
/// A `Secret` has no `Debug`, `Display`, `Serialize` or `Clone`, so that neither a log line nor a
/// panic can print it. Its memory is wiped when it is dropped.
pub struct Secret<T: Zeroize = String>(Zeroizing<T>);

impl<T: Zeroize> Secret<T> {
    /// Takes the value over. The caller should have no other copy.
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value itself. The caller is responsible for where the value goes.
    pub fn expose(&self) -> &T {
        &self.0
    }
}
