//! Fields and an identity key → the name under which a token is cached.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const KEY_LABEL: &[u8] = b"jsforce-connection-manager identity key v1";

/// The name of a token: an HMAC under a key derived from the credential. Client id and user name
/// alone cannot compute it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity([u8; 32]);

impl Identity {
    /// The name as text (base64url), for what takes text only.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

/// Stands for a secret credential. A credential that never enters this process supplies another secret.
pub struct IdentityKey(hmac::Key);

impl IdentityKey {
    /// Derives the key from secret bytes, such as a private key in its canonical form.
    pub fn derive(secret: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        Self(hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, KEY_LABEL).as_ref()))
    }

    /// Names the token for `fields`. Lengths are part of the input, so fields cannot run together.
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
            // HMAC pads short keys with zeros, so keys that differ in trailing zeros only are one.
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
