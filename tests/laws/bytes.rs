//! Promise 21: hostile bytes are refused, without a panic, without being shown, in little memory.

use std::cell::Cell;
use std::fs;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::memory::peak;
use super::properties;
use super::support::sources::root;
use super::{cases, config, report};

type Property = fn(&[u8]);

/// How much memory parsing may take.
const MOST_MEMORY: usize = 1_024 * 1_024;
/// The most that the transport reads of an answer.
const LARGEST: usize = 64 * 1_024;

/// Good inputs with pieces cut out, doubled, exchanged and overwritten.
fn damaged(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        any::<u8>(),
        prop::sample::select(b"\"\\{}[]:,.@/#?%-+ \r\n\0\xff\xc0eE0:9".to_vec())
    ];
    let resume = any::<prop::sample::Index>;
    let edits = vec((resume(), resume(), vec(byte, 0..6), 0..4u8), 0..5);
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

/// Runs a property on random bytes, and on damaged good inputs.
fn run(what: &str, count: u32, seeds: Vec<Vec<u8>>, property: Property) {
    let input = prop_oneof![1 => vec(any::<u8>(), 0..300), 4 => damaged(seeds)];
    property(b""); // so that one-time allocations are not counted
    let most = Cell::new(0);
    TestRunner::new(config(count))
        .run(&input, |bytes| {
            most.set(most.get().max(peak(|| property(&bytes))));
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(most.get() <= MOST_MEMORY, "{what}: {} bytes", most.get());
    let kib = most.get() / 1_024;
    report(21, &format!("0 panics, 0 leaks in {count} {what}; at most {kib} KiB of memory"));
}

/// Inputs: the largest answers that the transport lets through, and texts longer than in any
/// configuration.
#[test]
fn the_largest_inputs_take_no_more_than_a_mebibyte() {
    let filled = |head: &str, part: &str, tail: &str| {
        let parts = (LARGEST - head.len() - tail.len()) / part.len();
        format!("{head}{}{tail}", part.repeat(parts)).into_bytes()
    };
    let answers = [
        filled("\0d", "[", ""),
        filled("\0d", "{\"a\":", ""),
        filled("\0d{\"a\":[", "1,", "1]}"),
        filled("\0d{", "\"a\":{},", "\"a\":0}"),
        filled("\0d{\"access_token\":\"", "\\u00e9", "\"}"),
        filled("\0d{\"access_token\":[\"", "\\n", "\"]}"),
        filled("\0d{\"scope\":[", "[],", "[]]}"),
        filled("\0d{\"error\":\"", "x", "\"}"),
        filled("\0d{\"error\":\"invalid_grant\",\"error_description\":\"", "\\ud83d\\ude00", "\"}"),
        filled("\0d<html>", "x", "</html>"),
    ];
    let keys = [
        filled("-----BEGIN PRIVATE KEY-----\n", "A", "\n-----END PRIVATE KEY-----"),
        filled("", "-----BEGIN PRIVATE KEY-----\\n", ""),
        filled("", "MII", "")[..16 * 1_024].to_vec(),
        filled("", "\\n", "")[..16 * 1_024].to_vec(),
    ];
    let urls = [
        filled("https://", "a.", "salesforce.com"),
        filled("https://", "\u{e4}.", "salesforce.com"),
        filled("https://a.salesforce.com/", "%", ""),
        filled("https://a.salesforce.com/", "\u{fffd}", ""),
        filled("https://a.salesforce.com/", "../", ""),
    ];
    let headers = [filled("", "9", ""), filled("Tue, ", "1", " GMT"), filled("", "\0", "")];
    let all: [(&[Vec<u8>], Property); 5] = [
        (&answers, properties::token_response),
        (&keys, properties::private_key),
        (&urls, properties::base_url),
        (&urls, properties::instance_url),
        (&headers, properties::response_headers),
    ];
    let mut most = 0;
    for (inputs, property) in all {
        property(b"");
        for input in inputs {
            let peak = peak(|| property(input));
            let start = String::from_utf8_lossy(&input[..input.len().min(40)]);
            assert!(peak <= MOST_MEMORY, "{peak} bytes for {start:?}");
            most = most.max(peak);
        }
    }
    report(21, &format!("at most {} KiB of memory for inputs of 64 KiB", most / 1_024));
}

#[test]
fn fault_17_token_responses() {
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
