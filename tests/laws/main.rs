//! Laws that hold for all inputs: random lives, clocks, orders of threads, bytes.
//!
//! Every `cargo test` checks each law for a few cases. With `SOAK=1` each law is checked for its
//! full count, or for `SOAK_CASES` cases. It then prints its figure as `promise N: …` (see
//! `--nocapture`).

mod bytes;
mod forgetting;
mod hosts;
mod identities;
mod interleavings;
mod life;
mod memory;
mod newcomers;
mod panics;
mod properties;
mod races;
mod refresh_tokens;
mod server;
mod stats;

#[path = "../support/mod.rs"]
mod support;

use proptest::test_runner::Config;

/// How many cases to run: few, or all in the soak.
fn cases(few: u32, all: u32) -> u32 {
    match std::env::var("SOAK_CASES") {
        Ok(count) => count.parse().expect("SOAK_CASES is a number"),
        Err(_) if in_soak() => all,
        Err(_) => few,
    }
}

fn in_soak() -> bool {
    ["SOAK", "SOAK_CASES"].iter().any(|name| std::env::var_os(name).is_some())
}

/// One line of the soak's table. It begins a line even if the harness has begun one.
fn report(promise: u8, figure: &str) {
    if in_soak() {
        println!("\npromise {promise}: {figure}");
    }
}

/// A failure is printed with its steps, and not saved.
fn config(cases: u32) -> Config {
    Config { failure_persistence: None, ..Config::with_cases(cases) }
}
