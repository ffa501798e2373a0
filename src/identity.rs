//! Fields and an identity key → the name under which a token is cached.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const KEY_LABEL: &[u8] = b"jsforce-connection-manager identity key v1";

/// The name of a token: an HMAC under a key that is derived from the credential. Without the
/// credential, nobody can compute the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity([u8; 32]);

impl Identity {
    /// The name in base64url.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

/// The key that names the tokens of one credential. It is derived from the credential's secret, or
/// from another secret if the credential stays outside this process.
pub struct IdentityKey(hmac::Key);

impl IdentityKey {
    /// Derives the key from secret bytes, such as a private key in its canonical form.
    pub fn derive(secret: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        Self(hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, KEY_LABEL).as_ref()))
    }

    /// Names the token for `fields`. The length of each field is part of the input, so `ab`, `c`
    /// and `a`, `bc` get different names.
    pub fn identity<'a>(&self, fields: impl IntoIterator<Item = &'a str>) -> Identity {
        let mut context = hmac::Context::with_key(&self.0);
        for field in fields {
            context.update(&(field.len() as u64).to_be_bytes());
            context.update(field.as_bytes());
        }
        let mut name = [0; 32];
        name.copy_from_slice(context.sign().as_ref());
        Identity(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equal_fields_under_an_equal_key_and_nothing_else(
            secret in vec(any::<u8>(), 1..64),
            other in vec(any::<u8>(), 1..64),
            fields in vec(".{0,8}", 1..6),
            changed in vec(".{0,8}", 1..6),
        ) {
            let name = |secret: &[u8], fields: &[String]| {
                IdentityKey::derive(secret).identity(fields.iter().map(String::as_str))
            };
            prop_assert!(name(&secret, &fields) == name(&secret, &fields));
            // HMAC pads short keys with zeros, so keys that differ only in trailing zeros are
            // equal.
            let trimmed = |bytes: &[u8]| {
                bytes.iter().rposition(|byte| *byte != 0).map_or(vec![], |end| bytes[..=end].to_vec())
            };
            prop_assert_eq!(name(&secret, &fields) == name(&other, &fields), trimmed(&secret) == trimmed(&other));
            prop_assert_eq!(name(&secret, &fields) == name(&secret, &changed), fields == changed);
        }
    }

    #[test]
    fn fields_cannot_run_together() {
        let key = IdentityKey::derive(b"secret");
        assert_ne!(key.identity(["ab", "c"]), key.identity(["a", "bc"]));
        assert_ne!(key.identity(["a", ""]), key.identity(["", "a"]));
    }
}
