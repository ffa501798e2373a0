//! Copies the files in which threads meet, with the model checkers' locks, atomics and tasks in
//! place of the real ones. Further copies have one mistake each, which the checker must find.

use std::path::Path;
use std::{env, fs};

type Edits<'a> = &'a [(&'a str, &'a str)];

const ON_SHUTTLE: Edits = &[
    (
        "use std::sync::{Arc, Mutex, MutexGuard, PoisonError};",
        "use shuttle::sync::{Arc, Mutex, MutexGuard};\nuse std::sync::PoisonError;",
    ),
    ("use tokio::sync::watch;", "use crate::runtime::{self, watch};"),
    ("tokio::spawn(", "runtime::spawn("),
];

const ON_LOOM: Edits = &[
    ("use std::sync::atomic::", "use loom::sync::atomic::"),
    (
        "use std::sync::{Mutex, OnceLock, PoisonError};",
        "use loom::sync::Mutex;\nuse std::sync::{OnceLock, PoisonError};",
    ),
    // A page of 1,024 slots is 8,192 atomics to follow.
    ("const PAGE: usize = 1_024;", "const PAGE: usize = 2;"),
];

const FLIGHT_MISTAKES: &[(&str, Edits)] = &[
    (
        "started_between_two_locks",
        &[(
            "let request = request();",
            "drop(running);\n        let request = request();\n        let mut running = lock(&self.running);",
        )],
    ),
    (
        "listed_after_its_start",
        &[
            ("running.insert(key, seat.clone());", ""),
            (
                "Seat { started: true, ..seat }",
                "lock(&self.running).insert(key, seat.clone());\n        Seat { started: true, ..seat }",
            ),
        ],
    ),
    (
        "answered_before_it_is_off_the_list",
        &[(
            "lock(&self.running).remove(&self.key);\n        self.sender.send_replace(Some(answer));",
            "self.sender.send_replace(Some(answer));\n        lock(&self.running).remove(&self.key);",
        )],
    ),
    (
        "left_on_the_list_by_a_panic",
        &[(
            "if self.sender.borrow().is_none() {\n            lock(&self.running).remove(&self.key);\n        }",
            "",
        )],
    ),
    ("taken_off_the_list_twice", &[("if self.sender.borrow().is_none() {", "{")]),
];

const DEADLINES_MISTAKES: &[(&str, Edits)] = &[
    ("words_before_their_generation", &[("fence(Ordering::Release);", "")]),
    (
        "generation_looked_at_once",
        &[(
            "let same = slot.generation.load(Ordering::Relaxed) == ticket.generation();",
            "let same = true;",
        )],
    ),
    ("words_read_in_any_order", &[("fence(Ordering::Acquire);", "")]),
    (
        "retired_without_comparing",
        &[(
            ".compare_exchange(generation, next, Ordering::AcqRel, Ordering::Relaxed)\n            .ok()?;",
            ".load(Ordering::Acquire)\n            .eq(&generation)\n            .then(|| slot.generation.store(next, Ordering::Release))?;",
        )],
    ),
    (
        "renewal_for_everybody",
        &[(
            "self.due.compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed).is_ok()",
            "self.due.store(next, Ordering::Relaxed);\n        true",
        )],
    ),
];

fn main() {
    room("source/flight.rs", ON_SHUTTLE, FLIGHT_MISTAKES);
    room("cache/deadlines.rs", ON_LOOM, DEADLINES_MISTAKES);
}

/// Writes `<room>.rs` and a `<room>_<mistake>.rs` for each mistake.
fn room(file: &str, substitutes: Edits, mistakes: &[(&str, Edits)]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src").join(file);
    let name = path.file_stem().and_then(|name| name.to_str()).expect("a file of Rust");
    println!("cargo::rerun-if-changed={}", path.display());
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // An included file may not begin with `//!`. Its unit tests would need real atomics.
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().replace("//!", "//");
    let copy = edited(&text, substitutes);
    write(name, &copy);
    for (mistake, edits) in mistakes {
        write(&format!("{name}_{mistake}"), &edited(&copy, edits));
    }
}

/// Panics if the text to edit is not there, so that no copy lacks its mistake.
fn edited(text: &str, edits: Edits) -> String {
    edits.iter().fold(text.to_owned(), |text, (old, new)| {
        assert_eq!(text.matches(old).count(), 1, "not there, or not once: {old}");
        text.replace(old, new)
    })
}

fn write(name: &str, text: &str) {
    let folder = env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&folder).join(format!("{name}.rs")), text).expect("it can be written");
}
