//! The assertion, as another implementation of RFC 7519 reads it.

mod support;

use std::collections::BTreeMap;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsforce_connection_manager::clock::Clock as _;
use jsforce_connection_manager::credential::JwtCredential;
use jsforce_connection_manager::grant::assertion::sign;
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use proptest::prelude::*;
use serde_json::{Value, json};

use support::clock::{ManualClock, START};
use support::{Config, KEY, ORG, OTHER_KEY, PUBLIC_KEY};

type Claims = BTreeMap<String, Value>;

fn assertion(credential: &JwtCredential, audience: &str) -> String {
    let signed = now(sign(credential, audience, ManualClock::default().now()));
    signed.expect("it can be signed").expose().clone()
}

/// The output of a future that is ready at once, because the key is in this process.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a key in this process signs at once"),
    }
}

/// Verifies signature, algorithm and audience; the clock is the test's own.
fn verified(assertion: &str, audience: &str) -> Result<Claims, ErrorKind> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.set_audience(&[audience]);
    let key = DecodingKey::from_rsa_pem(PUBLIC_KEY.as_bytes()).unwrap();
    let decoded = decode(assertion, &key, &validation);
    decoded.map(|data| data.claims).map_err(Error::into_kind)
}

#[test]
fn the_header_holds_type_and_algorithm_and_nothing_else() {
    let assertion = assertion(&Config::default().credential(), ORG);
    let header = URL_SAFE_NO_PAD.decode(assertion.split('.').next().unwrap()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    assert_eq!(header, json!({ "typ": "JWT", "alg": "RS256" }));
}

#[test]
fn the_claims_are_the_five_of_the_flow() {
    let config = Config::default();
    let claims = verified(&assertion(&config.credential(), ORG), ORG).unwrap();
    let names: Vec<_> = claims.keys().map(String::as_str).collect();
    assert_eq!(names, ["aud", "exp", "iss", "jti", "sub"]);
    assert_eq!(claims["iss"], config.client_id);
    assert_eq!(claims["sub"], config.username);
    assert_eq!(claims["aud"], ORG);
    assert!(claims["jti"].as_str().is_some_and(|jti| jti.len() >= 16));
}

#[test]
fn an_assertion_expires_three_minutes_after_the_injected_now() {
    let claims = verified(&assertion(&Config::default().credential(), ORG), ORG).unwrap();
    assert_eq!(claims["exp"], START.unix_seconds() + 180);
}

#[test]
fn fault_24_two_assertions_of_one_second_differ() {
    let credential = Config::default().credential();
    let jti = || verified(&assertion(&credential, ORG), ORG).unwrap()["jti"].clone();
    assert_ne!(jti(), jti());
}

#[test]
fn the_signature_is_of_the_configured_key() {
    let stranger = Config { private_key: OTHER_KEY, ..Config::default() }.credential();
    assert_eq!(verified(&assertion(&stranger, ORG), ORG), Err(ErrorKind::InvalidSignature));
    assert!(verified(&assertion(&Config::default().credential(), ORG), ORG).is_ok());
}

#[test]
fn a_changed_claim_breaks_the_signature() {
    let assertion = assertion(&Config::default().credential(), ORG);
    let parts: Vec<_> = assertion.split('.').collect();
    let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let changed = URL_SAFE_NO_PAD.encode(claims.replace("robot@", "admin@"));
    assert_ne!(changed, parts[1]);
    let forged = [parts[0], &changed, parts[2]].join(".");
    assert_eq!(verified(&forged, ORG), Err(ErrorKind::InvalidSignature));
}

#[test]
fn every_spelling_of_a_key_signs_alike() {
    let pkcs1 = include_str!("keys/rsa_pkcs1.pem");
    let escaped = KEY.replace('\n', "\\n");
    for key in [pkcs1, &escaped] {
        let credential = Config { private_key: key, ..Config::default() }.credential();
        assert!(verified(&assertion(&credential, ORG), ORG).is_ok());
    }
}

#[test]
fn an_assertion_fits_a_form_unescaped() {
    let assertion = assertion(&Config::default().credential(), ORG);
    assert!(assertion.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)));
}

proptest! {
    // Each case parses a key and signs.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn fault_34_names_survive_whatever_they_hold(
        client_id in "[^\\s\\p{C}]{1,40}",
        username in "[^\\s\\p{C}\"][\"'\\\\</>{}é日🦀 ]{0,8}[^\\s\\p{C}]{1,20}",
        audience in "[^\\s\\p{C}]{1,40}",
    ) {
        let config = Config { client_id: &client_id, username: &username, ..Config::default() };
        let claims = verified(&assertion(&config.credential(), &audience), &audience);
        let claims = claims.expect("it verifies");
        prop_assert_eq!(claims["iss"].as_str(), Some(client_id.as_str()));
        prop_assert_eq!(claims["sub"].as_str(), Some(username.as_str()));
        prop_assert_eq!(claims["aud"].as_str(), Some(audience.as_str()));
    }
}
