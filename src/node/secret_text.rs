//! A secret on its way into a JavaScript object.

use napi::bindgen_prelude::{Result, ToNapiValue};
use napi::sys;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// A copy of a secret that becomes a JavaScript string, and is wiped when it has become one. In
/// TypeScript it is a `string`.
pub struct SecretText(Zeroizing<String>);

impl From<&Secret> for SecretText {
    fn from(secret: &Secret) -> Self {
        Self(Zeroizing::new(secret.expose().clone()))
    }
}

impl ToNapiValue for SecretText {
    unsafe fn to_napi_value(env: sys::napi_env, text: Self) -> Result<sys::napi_value> {
        // SAFETY: the caller passes the environment of a call that is going on.
        unsafe { ToNapiValue::to_napi_value(env, text.0.as_str()) }
    }
}
