//! Promise 21: hostile bytes are refused, without a panic and without being shown.

use std::fs;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::properties;
use super::support::sources::root;
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

/// The good inputs that fuzzing begins with too; the canary is the secret in them.
fn seeds(folder: &str) -> Vec<Vec<u8>> {
    let folder = root().join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "no seeds in {}", folder.display());
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Runs a property over nothing but noise, and over damaged good inputs.
fn run(what: &str, count: u32, seeds: Vec<Vec<u8>>, property: fn(&[u8])) {
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
    let seeds = seeds("fuzz/seeds/token_response");
    run("token responses", cases(1_000, 100_000), seeds, properties::token_response);
}

#[test]
fn private_keys() {
    let seeds = [seeds("fuzz/seeds/private_key"), seeds("tests/keys")].concat();
    run("private keys", cases(1_000, 1_000_000), seeds, properties::private_key);
}

#[test]
fn configured_urls() {
    let seeds = seeds("fuzz/seeds/base_url");
    run("configured URLs", cases(5_000, 1_000_000), seeds, properties::base_url);
}

#[test]
fn instance_urls() {
    let seeds = seeds("fuzz/seeds/instance_url");
    run("instance URLs", cases(5_000, 1_000_000), seeds, properties::instance_url);
}

#[test]
fn headers() {
    let seeds = seeds("fuzz/seeds/response_headers");
    run("Retry-After and Date headers", cases(1_000, 100_000), seeds, properties::response_headers);
}
