use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsforce_connection_manager::private_key::SigningKey;
use proptest::prelude::*;

use super::{PKCS1, PKCS8, assert_is_the_key, body, der, holds_a_piece, refusal, wrapped};

/// Checks that a text gives the same key, or a refusal that shows no part of the text.
fn check_altered(text: &str) -> Result<(), TestCaseError> {
    match SigningKey::parse(text) {
        Ok(key) => prop_assert!(*key.canonical_der().expose() == der(PKCS8)),
        Err(failure) => {
            let shown = format!("{failure} {failure:?}");
            prop_assert!(!holds_a_piece(&shown, &body(text), 12));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text_is_refused_without_a_trace(text in any::<String>()) {
        let failure = refusal(&text);
        let shown = format!("{failure} {failure:?}");
        prop_assert!(!holds_a_piece(&shown, &text, 12));
    }

    #[test]
    fn fragments_of_keys_are_refused(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "--", "-", "-----BEGIN ", "-----END ", "RSA ", "PRIVATE KEY", "CERTIFICATE", "\n",
            "\\", "\\n", "\\u002b", "\\u00", "u", "=", "MIIE", "MIAC", "MIT/////", "AgEA", "n",
            "é", "\u{feff}", "\"", "ENCRYPTED", "/", ":", "0", "LS0tLS1CRUdJTi", ",",
        ]), 0..40),
    ) {
        refusal(&pieces.concat());
    }

    #[test]
    fn arbitrary_der_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        refusal(&STANDARD.encode([&[0x30][..], &bytes].concat()));
    }

    #[test]
    fn a_changed_character_gives_the_same_key_or_none(
        pkcs1 in any::<bool>(), at in any::<prop::sample::Index>(), to in any::<char>(),
    ) {
        let mut chars: Vec<char> = if pkcs1 { PKCS1 } else { PKCS8 }.chars().collect();
        let at = at.index(chars.len());
        chars[at] = to;
        check_altered(&chars.iter().collect::<String>())?;
    }

    #[test]
    fn a_changed_byte_gives_the_same_key_or_none(
        at in any::<prop::sample::Index>(), to in any::<u8>(),
    ) {
        let mut bytes = der(PKCS1);
        let at = at.index(bytes.len());
        bytes[at] = to;
        check_altered(&STANDARD.encode(bytes))?;
    }

    #[test]
    fn a_piece_gives_the_same_key_or_none(
        from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(),
    ) {
        check_altered(&PKCS8[..to.index(PKCS8.len())])?;
        check_altered(&PKCS8[from.index(PKCS8.len())..])?;
    }

    #[test]
    fn any_mix_of_spellings_gives_the_same_key(
        pem in prop::sample::select(vec![PKCS8, PKCS1]),
        url in any::<bool>(),
        unpadded in any::<bool>(),
        bare in any::<bool>(),
        line_end in prop::sample::select(vec![
            "\n", "\r\n", "\r", " ", "", "\\n", "\\r\\n", "\\\\n", "\n\t  ", "\\n\\\n",
        ]),
        before in prop::sample::select(vec!["", "Bag Attributes\nx: 1\n", "# key\n", "KEY="]),
        encoded in 0..3,
        around in prop::sample::select(vec!["", "\"", "'", "\\\"", " \n", "\u{feff}", "'\""]),
    ) {
        let mut text = if bare { wrapped(&body(pem)) } else { format!("{before}{pem}{before}") };
        if url {
            text = text.replace('+', "-").replace('/', "_");
        }
        if unpadded && before != "KEY=" {
            text = text.replace('=', "");
        }
        text = text.replace('\n', line_end);
        if encoded > 0 {
            text = STANDARD.encode(text);
            text = if encoded == 2 { wrapped(&text).replace('\n', line_end) } else { text };
        }
        assert_is_the_key("a mix", &format!("{around}{text}{around}"));
    }
}
