//! Signers of assertions: a key in this process, or a service that stores the key.

use std::future::{Future, ready};
use std::pin::Pin;

use super::SigningKey;
use crate::failure::Failure;
use crate::identity::IdentityKey;

/// A boxed future, so that a signer can be passed as an argument.
pub type Signature<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, Failure>> + Send + 'a>>;

/// Signs with one private key, in this process or elsewhere.
pub trait Signer: Send + Sync + 'static {
    /// Signs `message` by RSASSA-PKCS1-v1_5 with SHA-256 (RS256, RFC 7518 §3.3).
    fn sign<'a>(&'a self, message: &'a [u8]) -> Signature<'a>;

    /// The key that names the tokens of this signer's logins. Equal private keys give equal
    /// identity keys.
    fn identity_key(&self) -> IdentityKey;
}

impl Signer for SigningKey {
    fn sign<'a>(&'a self, message: &'a [u8]) -> Signature<'a> {
        Box::pin(ready(SigningKey::sign(self, message)))
    }

    fn identity_key(&self) -> IdentityKey {
        IdentityKey::derive(self.canonical_der().expose())
    }
}
