//! Promise 21: hostile bytes are refused, without a panic and without being shown.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::properties::{self, CANARY};
use super::{cases, config, report};

/// Good inputs with pieces cut out, doubled, exchanged and overwritten.
fn damaged(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        any::<u8>(),
        prop::sample::select(b"\"\\{}[]:,.@/#?%-+ \r\n\0\xff\xc0eE0:9".to_vec())
    ];
    let place = any::<prop::sample::Index>;
    let edits = vec((place(), place(), vec(byte, 0..6), 0..4u8), 0..5);
    (prop::sample::select(seeds), edits).prop_map(|(mut bytes, edits)| {
        for (from, to, new, kind) in edits {
            if bytes.is_empty() {
                break;
            }
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let (from, to) = (from.min(to), from.max(to));
            match kind {
                0 => drop(bytes.splice(from..(from + new.len()).min(bytes.len()), new)),
                1 => drop(bytes.splice(from..from, new)),
                2 if bytes.len() < 30_000 => {
                    drop(bytes.splice(from..from, bytes[from..to].to_vec()));
                }
                _ => drop(bytes.drain(from..to.min(from + 40))),
            }
        }
        bytes
    })
}

/// Runs a property over nothing but noise, and over damaged good inputs.
fn run(what: &str, count: u32, seeds: &[&str], property: fn(&[u8])) {
    let seeds = seeds.iter().map(|seed| seed.replace("CANARY", CANARY).into_bytes()).collect();
    let input = prop_oneof![1 => vec(any::<u8>(), 0..300), 4 => damaged(seeds)];
    TestRunner::new(config(count))
        .run(&input, |bytes| {
            property(&bytes);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{what}: {error}"));
    report(21, &format!("0 panics, 0 leaks in {count} {what}"));
}

#[test]
fn token_responses() {
    // The first two bytes are the status: 200, 400, 503.
    let seeds = [
        "\0dd{\"access_token\":\"00Dx0000000CANARY!AQ\",\"instance_url\":\"https://acme.my.salesforce.com\",\"id\":\"https://login.salesforce.com/id/00D/005\",\"scope\":\"api\",\"token_type\":\"Bearer\"}",
        "\0d{\"access_token\":\"CANARY\",\"instance_url\":\"https://acme.my.salesforce.com\",\"expires_in\":\"3600\"}",
        "\0d{\"access_token\":\"CANARY\",\"instance_url\":\"https://CANARY.evil.example\",\"expires_in\":1e308}",
        "\0d{\"error\":\"invalid_grant\",\"error_description\":\"user CANARY hasn't approved this consumer\"}",
        "\0d<html><body>CANARY</body></html>",
        "\u{1}\u{2c}{\"error\":\"CANARY\",\"error_description\":\"CANARY\"}",
    ];
    run("token responses", cases(1_000, 100_000), &seeds, properties::token_response);
}

#[test]
fn private_keys() {
    let seeds = [
        include_str!("../keys/rsa_pkcs8.pem"),
        include_str!("../keys/rsa_pkcs1.pem"),
        include_str!("../keys/encrypted_pkcs8.pem"),
        include_str!("../keys/ec_sec1.pem"),
        include_str!("../keys/certificate.pem"),
        "-----BEGIN PRIVATE KEY-----\\nCANARY\\n-----END PRIVATE KEY-----",
        "MIICANARY",
    ];
    run("private keys", cases(1_000, 1_000_000), &seeds, properties::private_key);
}

#[test]
fn configured_urls() {
    let seeds = [
        "https://acme.my.salesforce.com",
        "https://acme.my.site.com/customers/",
        "http://127.0.0.1:8080",
        "http://[::1]:8080/x",
        "https://CANARY:CANARY@evil.example/?CANARY#CANARY",
        "https://xn--mller-kva.example.",
        "https://acme.lightning.force.com/one/one.app",
    ];
    run("configured URLs", cases(5_000, 1_000_000), &seeds, properties::url);
}

#[test]
fn instance_urls() {
    let seeds = [
        "https://acme.my.salesforce.com",
        "https://na139.salesforce.com.",
        "https://acme.cloudforce.com:443/",
        "https://CANARY.evil.example/.salesforce.com",
        "https://acme.my.salesforce.com@CANARY.example",
    ];
    run("instance URLs", cases(5_000, 1_000_000), &seeds, properties::instance_url);
}

#[test]
fn headers() {
    let seeds = [
        "120\0Tue, 14 Nov 2023 22:23:20 GMT",
        "Tue, 14 Nov 2023 22:13:30 GMT\0Tuesday, 14-Nov-23 22:03:20 GMT",
        "18446744073709551615\0Tue Nov 14 22:13:20 2023",
        "Fri, 31 Dec 9999 23:59:59 GMT\0Fri, 31 Dec 9999 23:59:59 GMT",
        "CANARY\0CANARY",
    ];
    run("Retry-After and Date headers", cases(1_000, 100_000), &seeds, properties::headers);
}
