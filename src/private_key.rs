//! A private key in any shape people paste → a signing key, or the one clear refusal.

mod der;
mod pasted;
mod refusal;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};

use crate::failure::{Code, Failure};
use crate::secret::Secret;
use refusal::Refusal;

/// A key of 8192 bits, in base64 twice, takes 9 KiB.
const MAX_LENGTH: usize = 16 * 1024;

/// An RSA private key that can sign. It has no `Debug`, so that nothing prints it.
pub struct SigningKey {
    pair: RsaKeyPair,
}

impl SigningKey {
    /// Reads the key out of `text`.
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
        // Proved once, so that `canonical_der` cannot fail.
        match AsDer::<Pkcs8V1Der>::as_der(&pair) {
            Ok(_) => Ok(Self { pair }),
            Err(_) => Err(Refusal::Damaged),
        }
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 (RS256, RFC 7518 §3.3).
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| Failure::new(Code::Internal, "The private key could not sign."))?;
        Ok(signature)
    }

    /// The canonical PKCS#8 DER: every spelling of one key gives the same bytes.
    pub fn canonical_der(&self) -> Secret<Vec<u8>> {
        let der: Pkcs8V1Der = self.pair.as_der().expect("parsing has proved that it works");
        Secret::new(der.as_ref().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    macro_rules! key {
        ($name:literal) => {
            include_str!(concat!("../tests/keys/", $name))
        };
    }

    const PKCS8: &str = key!("rsa_pkcs8.pem");
    const PKCS1: &str = key!("rsa_pkcs1.pem");

    fn body(pem: &str) -> String {
        pem.lines().filter(|line| !line.starts_with("-----")).collect()
    }

    fn der(pem: &str) -> Vec<u8> {
        STANDARD.decode(body(pem)).unwrap()
    }

    fn wrapped(text: &str) -> String {
        let lines: Vec<_> =
            text.as_bytes().chunks(76).map(|l| str::from_utf8(l).unwrap()).collect();
        lines.join("\n")
    }

    fn refusal(text: &str) -> Failure {
        SigningKey::parse(text).err().expect("this is no key")
    }

    fn holds_a_piece(message: &str, value: &str, length: usize) -> bool {
        let chars: Vec<char> = value.chars().collect();
        chars.windows(length).any(|piece| message.contains(&piece.iter().collect::<String>()))
    }

    #[track_caller]
    fn assert_is_the_key(name: &str, text: &str) {
        let key = match SigningKey::parse(text) {
            Ok(key) => key,
            Err(failure) => panic!("{name}: {failure}"),
        };
        // OpenSSL's PKCS#8 is the judge.
        assert_eq!(*key.canonical_der().expose(), der(PKCS8), "{name}");
        let signature = key.sign(b"message").unwrap();
        let public = der(key!("public_pkcs1.pem"));
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
            .verify(b"message", &signature)
            .expect(name);
    }

    #[test]
    fn every_spelling_gives_the_same_key() {
        for pem in [PKCS8, PKCS1] {
            let label = pem.lines().next().unwrap().trim_matches('-').trim_start_matches("BEGIN ");
            let base64 = STANDARD.encode(pem);
            let spellings = [
                ("as it is", pem.to_string()),
                ("no last line end", pem.trim_end().to_string()),
                ("CRLF", pem.replace('\n', "\r\n")),
                ("CR", pem.replace('\n', "\r")),
                ("blank lines", pem.replace('\n', "\n\n")),
                ("literal \\n", pem.replace('\n', "\\n")),
                ("literal \\r\\n", pem.replace('\n', "\\r\\n")),
                ("escaped twice", pem.replace('\n', "\\\\n")),
                ("escaped four times", pem.replace('\n', "\\\\\\\\n")),
                ("literal and real line ends", pem.replace('\n', "\\n\n")),
                ("continued lines", pem.replace('\n', "\\\n")),
                ("spaces as line ends", pem.replace('\n', " ")),
                ("no line ends", pem.replace('\n', "")),
                ("no white space at all", pem.replace(['\n', ' '], "")),
                ("indented", pem.replace('\n', "\n      ")),
                ("tabs and trailing spaces", pem.replace('\n', " \t\n\t")),
                ("no-break spaces", pem.replace('\n', "\n\u{a0}\u{200b}")),
                ("double quotes", format!("\"{pem}\"")),
                ("single quotes", format!("'{pem}'")),
                ("back quotes", format!("`{pem}`")),
                ("escaped quotes", format!("\\\"{}\\\"", pem.replace('\n', "\\n"))),
                ("quotes in quotes", format!("'\"{}\"'", pem.replace('\n', "\\n"))),
                ("spaces around", format!("  \n {pem} \n ")),
                ("BOM", format!("\u{feff}{pem}")),
                ("escaped slashes", pem.replace('/', "\\/")),
                ("escaped plus and equals", pem.replace('+', "\\u002B").replace('=', "\\u003d")),
                ("a variable's name", format!("SF_KEY=\"{}\"", pem.replace('\n', "\\n"))),
                ("in JSON", format!("{{\"key\":\"{}\",\"x\":\"y\"}}", pem.replace('\n', "\\n"))),
                (
                    "bag attributes",
                    format!("Bag Attributes\n  localKeyID: 01\nKey: <X>\n{pem}# end"),
                ),
                ("beside a certificate", format!("{}{pem}", key!("certificate.pem"))),
                ("before its public key", format!("{pem}{}", key!("public.pem"))),
                ("fewer dashes", pem.replace("-----", "--")),
                ("the other END line", pem.replace(&format!("END {label}"), "END X")),
                ("base64url", pem.replace('+', "-").replace('/', "_")),
                ("no padding", pem.replace('=', "")),
                ("base64", base64.clone()),
                ("base64 in lines", wrapped(&base64)),
                ("base64 in escaped lines", wrapped(&base64).replace('\n', "\\n")),
                ("base64 of escaped text", STANDARD.encode(pem.replace('\n', "\\n"))),
                ("quoted base64", format!("\"{base64}\"\n")),
                ("base64 of base64", STANDARD.encode(wrapped(&base64))),
                ("base64 of the bare body", STANDARD.encode(wrapped(&body(pem)))),
                ("bare body", body(pem)),
                ("bare body in lines", wrapped(&body(pem))),
                ("bare body in escaped lines", wrapped(&body(pem)).replace('\n', "\\n")),
                ("bare body, base64url", body(pem).replace('+', "-").replace('/', "_")),
            ];
            for (name, text) in spellings {
                assert_is_the_key(name, &text);
            }
        }
        let mislabelled = PKCS1.replace("RSA PRIVATE KEY", "PRIVATE KEY");
        assert_is_the_key("PKCS#1 under the label of PKCS#8", &mislabelled);
    }

    #[test]
    fn every_refusal_says_what_it_is_and_nothing_of_the_value() {
        let bare = |pem: &str| body(pem);
        let pem_of = |body: &str| {
            format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n")
        };
        let half = &PKCS8[..PKCS8.len() / 2];
        let mut other = der(PKCS8);
        let last = other.len() - 1;
        other[last] ^= 1;
        let mut longer = der(PKCS8);
        longer.extend([0; 3]);
        // 16384 bits of nothing but ones, and seven small numbers.
        let huge = [
            &[0x30, 0x82, 0x08, 0x1d, 2, 1, 0, 2, 0x82, 0x08, 0x01, 0][..],
            &[0xff; 2048],
            &[2, 1, 1].repeat(7),
        ]
        .concat();
        let jks = [&[0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2][..], &[7; 90]].concat();
        let cases = [
            ("is encrypted", key!("encrypted_pkcs8.pem").into()),
            ("is encrypted", key!("encrypted_pkcs1.pem").into()),
            ("is encrypted", key!("encrypted_pkcs1.pem").replace('\n', "\\n")),
            ("is encrypted", STANDARD.encode(key!("encrypted_pkcs1.pem"))),
            ("is encrypted", bare(key!("encrypted_pkcs8.pem"))),
            ("is encrypted", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nabcdefghijkl".into()),
            ("not an RSA key", key!("ec_sec1.pem").into()),
            ("not an RSA key", key!("ec_pkcs8.pem").into()),
            ("not an RSA key", key!("ed25519.pem").into()),
            ("not an RSA key", bare(key!("ec_pkcs8.pem"))),
            ("not an RSA key", bare(key!("ed25519.pem"))),
            ("not an RSA key", key!("ec_sec1.pem").replace("BEGIN EC PRIVATE", "BEGIN PRIVATE")),
            ("restricted to RSA-PSS", key!("rsa_pss.pem").into()),
            ("is a public key", key!("public.pem").into()),
            ("is a public key", key!("public_pkcs1.pem").into()),
            ("is a public key", bare(key!("public.pem"))),
            ("is a public key", bare(key!("public_pkcs1.pem"))),
            ("is a public key", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ user@host".into()),
            ("is a certificate,", key!("certificate.pem").into()),
            ("is a certificate,", bare(key!("certificate.pem"))),
            ("is a certificate request", key!("request.pem").into()),
            ("is a certificate request", bare(key!("request.pem"))),
            ("ssh-keygen -p -m PEM", key!("openssh.pem").into()),
            ("ssh-keygen -p -m PEM", bare(key!("openssh.pem"))),
            ("puttygen", "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n".into()),
            ("openssl pkcs12", key!("store.p12.base64").into()),
            ("keytool", STANDARD.encode(jks)),
            ("has 1024 bits", key!("rsa_1024.pem").into()),
            ("has 1024 bits", bare(key!("rsa_1024.pem"))),
            ("has 16384 bits", STANDARD.encode(huge)),
            ("is empty", String::new()),
            ("is empty", " \r\n\t\u{feff}".into()),
            ("is empty", "\"\"".into()),
            ("is empty", "\\n".into()),
            ("is cut off", half.into()),
            ("is cut off", half.replace('\n', "\\n")),
            ("is cut off", STANDARD.encode(half)),
            ("is cut off", body(half)),
            ("is cut off", pem_of(&body(half))),
            ("is cut off", pem_of("")),
            ("is cut off", "-----BEGIN PRIVATE KEY-----".into()),
            ("is cut off", "-----BEGIN PRIV".into()),
            ("is cut off", PKCS8[PKCS8.len() / 2..].into()),
            ("is cut off", format!("{half}{}", key!("certificate.pem"))),
            ("is damaged", pem_of("#$%&()*,.:;<>?@^~|{}")),
            ("is damaged", pem_of("these words are long enough to be base64")),
            ("is damaged", PKCS8.replacen("MII", "MII*", 1)),
            ("is damaged", pem_of(&STANDARD.encode(other))),
            ("is damaged", pem_of(&STANDARD.encode(longer))),
            ("is damaged", key!("rsa_no_primes.pem").into()),
            ("lost its line ends", PKCS8.replace('\n', "n")),
            ("lost its line ends", PKCS1.replace('\n', "rn")),
            ("more than one private key", format!("{PKCS8}{PKCS1}")),
            ("has a BEGIN line, but", "-----BEGIN DH PARAMETERS-----\nMIIBCAKCAQEA".into()),
            ("has a BEGIN line, but", "-----BEGIN PGP PRIVATE KEY BLOCK-----\nlQVYBGA".into()),
            ("path of a file", "/run/secrets/key.pem".into()),
            ("path of a file", "/run/secrets/key\n".into()),
            ("path of a file", "\"./private.key\"".into()),
            ("path of a file", "../keys/server_private".into()),
            ("path of a file", "~/key.pem".into()),
            ("path of a file", "C:\\keys\\new\\private.pem".into()),
            ("path of a file", "D:/keys/private".into()),
            ("path of a file", "\\\\server\\keys\\private".into()),
            ("path of a file", "file:///etc/keys/private".into()),
            ("path of a file", "keys/server.key".into()),
            (
                "reference to a secret",
                "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x".into(),
            ),
            ("reference to a secret", "${SALESFORCE_SIGNER}".into()),
            ("reference to a secret", "{{resolve:secretsmanager:salesforce}}".into()),
            ("reference to a secret", "https://vault.example/v1/key.pem".into()),
            ("object or array", "[object Object]".into()),
            ("object or array", "[object Promise]".into()),
            ("object or array", "{\"type\":\"Buffer\",\"data\":[45,45,45,45]}".into()),
            ("object or array", "45,45,45,45,45,66,69,71,73,78".into()),
            ("object or array", "<Buffer 2d 2d 2d 2d 2d>".into()),
            ("missing value", "undefined".into()),
            ("missing value", "'null'".into()),
            ("missing value", STANDARD.encode("undefined")),
            ("not a private key", "correct horse battery staple".into()),
            ("not a private key", "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl".into()),
            ("not a private key", STANDARD.encode([0xa5; 200])),
            ("longer than 16 KiB", PKCS8.repeat(10)),
        ];
        for (phrase, text) in cases {
            let failure = refusal(&text);
            assert!(failure.what.contains(phrase), "{phrase} for {text}: {failure}");
            assert_eq!(
                (failure.code, failure.option),
                (Code::PrivateKeyInvalid, Some("privateKey"))
            );
            let value = if text.contains("--BEGIN") { body(&text) } else { text };
            let shown = format!("{failure} {failure:?}");
            assert!(!holds_a_piece(&shown, &value, 8), "{phrase} shows a piece of {value}");
        }
    }

    /// The same key or a refusal that shows nothing of it; never a panic, never another key.
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
}
