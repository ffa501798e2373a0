//! A new refresh token on its way to the user's callback.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use napi_derive::napi;

use crate::lineage::Offer;
use crate::source::Place;

/// A new refresh token that is to be kept. If this is collected, or its thread ends, before it was
/// told how that went, the next who waits gets it.
#[napi]
pub struct Rotation {
    offer: Offer,
    place: Place,
}

impl Rotation {
    pub(super) fn new(offer: Offer, place: Place) -> Self {
        Self { offer, place }
    }

    pub(super) fn place(&self) -> Place {
        self.place.clone()
    }
}

#[napi]
impl Rotation {
    /// The refresh token to keep.
    #[napi(getter, catch_unwind)]
    pub fn refresh_token(&self) -> String {
        self.offer.refresh_token.expose().clone()
    }

    /// SHA-256 of the refresh token that it takes the place of, the last that was kept, in hexadecimal.
    #[napi(getter, catch_unwind)]
    pub fn old_fingerprint(&self) -> String {
        let hash = digest(&SHA256, self.offer.replaced.expose().as_bytes());
        hash.as_ref().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// It is kept.
    #[napi(catch_unwind)]
    pub fn kept(&self) {
        self.offer.kept();
    }

    /// Nobody keeps it: it stays in memory, and the first caller that can keep one gets it.
    #[napi(catch_unwind)]
    pub fn held(&self) {
        self.offer.held();
    }

    /// It was not kept; `what` is one sentence. Whether that counts: somebody may have kept it
    /// meanwhile.
    #[napi(catch_unwind)]
    pub fn failed(&self, what: String) -> bool {
        self.offer.failed(&what)
    }
}
