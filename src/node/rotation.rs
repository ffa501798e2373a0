//! A new refresh token for the user's callback to store.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use napi_derive::napi;

use crate::lineage::Offer;
use crate::source::Resume;

/// A new refresh token to store. If this object is collected or its thread ends before storing is
/// settled, the next waiting caller gets the token.
#[napi]
pub struct Rotation {
    offer: Offer,
    resume: Resume,
}

impl Rotation {
    pub(super) fn new(offer: Offer, resume: Resume) -> Self {
        Self { offer, resume }
    }

    pub(super) fn resume(&self) -> Resume {
        self.resume.clone()
    }
}

#[napi]
impl Rotation {
    /// The refresh token to store.
    #[napi(getter, catch_unwind)]
    pub fn refresh_token(&self) -> &str {
        self.offer.refresh_token.expose()
    }

    /// SHA-256, in hexadecimal, of the refresh token to replace: the last one that was stored, or
    /// the first one.
    #[napi(getter, catch_unwind)]
    pub fn old_fingerprint(&self) -> String {
        let hash = digest(&SHA256, self.offer.replaced.expose().as_bytes());
        hash.as_ref().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// Reports that the user has stored the refresh token.
    #[napi(catch_unwind)]
    pub fn stored(&self) {
        self.offer.stored();
    }

    /// Reports that no caller can store the refresh token. The token stays in memory, and is
    /// offered to the first caller that can store.
    #[napi(catch_unwind)]
    pub fn postpone(&self) {
        self.offer.postpone();
    }

    /// Reports that storing failed; `what` is one sentence. Returns whether the failure counts. It
    /// does not count if another caller has stored the token meanwhile, or is storing it.
    #[napi(catch_unwind)]
    pub fn failed(&self, what: String) -> bool {
        self.offer.failed(&what)
    }
}
