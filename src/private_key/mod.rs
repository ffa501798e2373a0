//! A private key in any format that users paste → a signing key, or a refusal that says what is
//! wrong.

mod der;
mod pasted;
mod refusal;
mod signer;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};

use crate::failure::{Code, Failure};
use crate::secret::Secret;
use refusal::Refusal;
pub use signer::{Signature, Signer};

/// In bytes. A key of 8192 bits, encoded in base64 twice, takes 9 KiB.
const MAX_LENGTH: usize = 16 * 1024;

/// An RSA private key that can sign. It has no `Debug`, so that nothing prints it.
pub struct SigningKey {
    pair: RsaKeyPair,
}

impl SigningKey {
    /// Reads the key out of `text`.
    ///
    /// # Errors
    /// `PRIVATE_KEY_INVALID`, with a sentence that says what the text is instead and what to do.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        Self::read(text).map_err(|refusal| Failure {
            option: Some("privateKey"),
            ..Failure::new(Code::PrivateKeyInvalid, refusal.sentence())
        })
    }

    fn read(text: &str) -> Result<Self, Refusal> {
        if text.len() > MAX_LENGTH {
            return Err(Refusal::TooLong);
        }
        let bytes = pasted::der_of(text)?;
        let pair = RsaKeyPair::from_der(der::pkcs1_of(&bytes)?).map_err(|_| Refusal::Damaged)?;
        // Encoded once here, so that `canonical_der` cannot fail later.
        match AsDer::<Pkcs8V1Der>::as_der(&pair) {
            Ok(_) => Ok(Self { pair }),
            Err(_) => Err(Refusal::Damaged),
        }
    }

    /// Signs `message` by RSASSA-PKCS1-v1_5 with SHA-256 (RS256, RFC 7518 §3.3).
    ///
    /// # Errors
    /// `INTERNAL` if aws-lc cannot sign. No parsed key is known to cause this.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| Failure::new(Code::Internal, "The private key could not sign."))?;
        Ok(signature)
    }

    /// The canonical PKCS#8 DER: every spelling of one key gives the same bytes.
    #[expect(clippy::missing_panics_doc, reason = "`read` has proved that it cannot")]
    pub fn canonical_der(&self) -> Secret<Vec<u8>> {
        let der: Pkcs8V1Der = self.pair.as_der().expect("parsing has proved that it works");
        Secret::new(der.as_ref().to_vec())
    }
}
