//! A private key in any format that users paste gives the same key, or a clear refusal.

mod alterations;
mod refusals;
mod spellings;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsforce_connection_manager::failure::Failure;
use jsforce_connection_manager::private_key::SigningKey;

macro_rules! key {
    ($name:literal) => {
        include_str!(concat!("../keys/", $name))
    };
}

use key;

const PKCS8: &str = key!("rsa_pkcs8.pem");
const PKCS1: &str = key!("rsa_pkcs1.pem");

fn body(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

fn der(pem: &str) -> Vec<u8> {
    STANDARD.decode(body(pem)).unwrap()
}

fn wrapped(text: &str) -> String {
    let lines: Vec<_> = text.as_bytes().chunks(76).map(|l| str::from_utf8(l).unwrap()).collect();
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
    // OpenSSL's PKCS#8 is the reference.
    assert_eq!(*key.canonical_der().expose(), der(PKCS8), "{name}");
    let signature = key.sign(b"message").unwrap();
    let public = der(key!("public_pkcs1.pem"));
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
        .verify(b"message", &signature)
        .expect(name);
}
