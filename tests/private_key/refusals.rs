use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsforce_connection_manager::failure::Code;

use super::{PKCS1, PKCS8, body, der, holds_a_piece, key, refusal};

/// Checks that each text is refused with its phrase, and that no part of the text is shown.
fn assert_refused(cases: impl IntoIterator<Item = (&'static str, String)>) {
    for (phrase, text) in cases {
        let failure = refusal(&text);
        assert!(failure.what.contains(phrase), "{phrase} for {text}: {failure}");
        assert_eq!((failure.code, failure.option), (Code::PrivateKeyInvalid, Some("privateKey")));
        let value = if text.contains("--BEGIN") { body(&text) } else { text };
        let shown = format!("{failure} {failure:?}");
        assert!(!holds_a_piece(&shown, &value, 8), "{phrase} shows a piece of {value}");
    }
}

#[test]
fn fault_33_every_other_kind_of_key_is_called_by_its_name() {
    let bare = |pem: &str| body(pem);
    // 16384 bits of nothing but ones, and seven small numbers.
    let huge = [
        &[0x30, 0x82, 0x08, 0x1d, 2, 1, 0, 2, 0x82, 0x08, 0x01, 0][..],
        &[0xff; 2048],
        &[2, 1, 1].repeat(7),
    ]
    .concat();
    let jks = [&[0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2][..], &[7; 90]].concat();
    assert_refused([
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
    ]);
}

/// DER whose lengths are larger than the data, or larger than possible.
#[test]
fn fault_33_lengths_that_lie_are_damage() {
    let pem = der(PKCS8);
    let with = |at: usize, bytes: &[u8]| {
        let mut lying = pem.clone();
        lying[at..at + bytes.len()].copy_from_slice(bytes);
        STANDARD.encode(lying)
    };
    let whole = |head: &[u8]| STANDARD.encode([head, &pem[4..]].concat());
    for text in [
        with(2, &[0xff, 0xff]),
        with(2, &[0, 0]),
        with(2, &[0, 1]),
        whole(&[0x30, 0x80]),
        whole(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]),
        whole(&[0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        whole(&[0x30, 0xff]),
        whole(&[0x30, 0x7f]),
        STANDARD.encode([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]),
        STANDARD.encode([0x30]),
        STANDARD.encode([0x30, 0x82]),
    ] {
        let failure = refusal(&text);
        assert_eq!(failure.code, Code::PrivateKeyInvalid, "{text}");
        let said = ["is cut off", "is damaged", "not a private key"];
        assert!(said.iter().any(|phrase| failure.what.contains(phrase)), "{text}: {failure}");
    }
}

#[test]
fn fault_33_every_text_that_is_no_key_is_called_what_it_is() {
    let pem_of =
        |body: &str| format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
    let half = &PKCS8[..PKCS8.len() / 2];
    let mut other = der(PKCS8);
    let last = other.len() - 1;
    other[last] ^= 1;
    let mut longer = der(PKCS8);
    longer.extend([0; 3]);
    assert_refused([
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
        ("reference to a secret", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x".into()),
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
    ]);
}
