//! Which room may know which, and which one alone may touch a library: the house keeps its plan.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use support::sources::{code, files, identifier, text, words};

/// A room knows rooms of lower ranks only. Those of rank 1 may know each other, but not in a circle.
const RANKS: &[(&str, u8)] = &[
    ("node", 9),
    ("source", 8),
    ("flight", 7),
    ("cache", 7),
    ("refusals", 7),
    ("mint_cap", 7),
    ("authorization_server", 5),
    ("grant", 4),
    ("holder", 4),
    ("assertion", 3),
    ("lineages", 3),
    ("identity", 2),
    ("transport", 1),
    ("private_key", 1),
    ("credential", 1),
    ("client", 1),
    ("lineage", 1),
    ("origin", 1),
    ("deadlines", 1),
    ("token", 1),
    ("entropy", 1),
    ("failure", 1),
    ("secret", 1),
    ("clock", 1),
];

/// What only some files may name, by the beginning of their path below `src/`.
const OWNERS: &[(&str, &str)] = &[
    ("napi", "node/"),
    ("napi_derive", "node/"),
    ("spawn_future", "node/promise.rs"),
    ("moka", "cache.rs"),
    ("reqwest", "transport"),
    ("jsonwebtoken", "assertion.rs"),
    ("SystemTime::now", "clock.rs"),
    ("Instant::now", "clock.rs"),
    ("UNIX_EPOCH.elapsed", "clock.rs"),
    ("clock_gettime", "clock.rs"),
];

/// Files below `src/` that may hold unsafe code, if each block tells its reason.
const UNSAFE: &[&str] = &["node/peek.rs"];

fn rank(room: &str) -> Option<u8> {
    RANKS.iter().find(|(name, _)| *name == room).map(|(_, rank)| *rank)
}

fn room(path: &str) -> &str {
    path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

fn rust() -> Vec<(String, String)> {
    files("src", "rs").into_iter().filter(|(path, _)| path != "lib.rs").collect()
}

/// The rooms that a file names by `crate::` or by enough `super::`.
fn known(path: &str, code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for at in words(code, "crate") {
        found.extend(heads(&code[at + "crate".len()..]));
    }
    // `a.rs` and `a/mod.rs` stand one step below the crate's root, `a/b.rs` two.
    let depth = path.trim_end_matches("/mod.rs").split('/').count();
    for at in words(code, "super").filter(|&at| !code[..at].ends_with("::")) {
        let up = "super::".repeat(depth);
        if let Some(rest) = code[at..].strip_prefix(up.trim_end_matches("::")) {
            found.extend(heads(rest).into_iter().filter(|head| head != "super"));
        }
    }
    found.remove(room(path));
    found
}

/// The first names behind `::`, one or several in braces.
fn heads(rest: &str) -> Vec<String> {
    let Some(rest) = rest.strip_prefix("::") else { return vec![] };
    let Some(list) = rest.strip_prefix('{') else { return vec![identifier(rest).to_owned()] };
    let (mut level, mut heads) = (0, vec![String::new()]);
    for c in list.chars() {
        match c {
            '{' => level += 1,
            '}' if level == 0 => break,
            '}' => level -= 1,
            ',' if level == 0 => heads.push(String::new()),
            _ if level == 0 => heads.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    heads.iter().map(|head| identifier(head.trim()).to_owned()).filter(|h| !h.is_empty()).collect()
}

/// Every name of a room that stands too high for the file that names it.
fn climbs(path: &str, code: &str) -> Vec<String> {
    let own = rank(room(path));
    let allowed = |other: &str| match (own, rank(other)) {
        (Some(own), Some(other)) => other < own || (own, other) == (1, 1),
        _ => false,
    };
    let known = known(path, code).into_iter().filter(|other| !allowed(other));
    known.map(|other| format!("{path} knows {other}")).collect()
}

/// Rooms that lead back to themselves.
fn circles(graph: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let leads_back = |start: &String| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![start]);
        while let Some(room) = next.pop() {
            for other in graph.get(room).into_iter().flatten() {
                if other == start {
                    return true;
                }
                if seen.insert(other) {
                    next.push(other);
                }
            }
        }
        false
    };
    graph.keys().filter(|room| leads_back(room)).cloned().collect()
}

fn trespasses(path: &str, code: &str) -> Vec<String> {
    let owned = OWNERS
        .iter()
        .filter(|(word, owner)| !path.starts_with(owner) && words(code, word).next().is_some());
    owned.map(|(word, _)| format!("{path} names {word}")).collect()
}

/// The modules of this package's front page that allow unsafe code.
fn unguarded(front: &str) -> Vec<String> {
    let lines: Vec<&str> = front.lines().collect();
    let module = |line: &str| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned());
    let guarded = |at: usize| at > 0 && lines[at - 1] == "#[forbid(unsafe_code)]";
    let modules = lines.iter().enumerate().filter_map(|(at, line)| Some((at, module(line)?)));
    modules.filter(|(at, name)| !guarded(*at) && name != "node").map(|(_, name)| name).collect()
}

/// Whether a file holds unsafe code without leave, or without a reason for each block.
fn is_unsafe(path: &str, text: &str, allowed: &[&str]) -> bool {
    let reasons = text.matches("// SAFETY: ").count();
    let blocks = text.matches("unsafe {").count();
    words(text, "unsafe").next().is_some() && (!allowed.contains(&path) || reasons < blocks)
}

#[test]
fn every_room_has_a_rank() {
    let rooms: BTreeSet<String> = rust().iter().map(|(path, _)| room(path).to_owned()).collect();
    let unranked: Vec<_> = rooms.iter().filter(|room| rank(room).is_none()).collect();
    assert!(unranked.is_empty(), "{unranked:?}");
    assert!(rooms.len() >= 17, "the rooms are no longer found: {rooms:?}");
}

#[test]
fn no_room_knows_one_above_it() {
    for (path, bad) in [
        ("clock.rs", "use crate::identity::Identity;"),
        ("clock.rs", "use super::source;"),
        ("flight.rs", "fn f(cache: &crate::cache::TokenCache) {}"),
        ("grant/mod.rs", "use super::cache;"),
        ("grant/jwt_bearer.rs", "use super::super::cache;"),
        ("grant/jwt_bearer.rs", "use crate::{clock::{Clock, Moment}, source::Stats};"),
        ("grant/jwt_bearer.rs", "use crate::attic;"),
    ] {
        assert_eq!(climbs(path, bad).len(), 1, "{path}: {bad}");
    }
    assert!(climbs("node/login.rs", "use super::outcome; use crate::{source, clock};").is_empty());
    let climbs: Vec<_> = rust().iter().flat_map(|(path, text)| climbs(path, &code(text))).collect();
    assert!(climbs.is_empty(), "{climbs:#?}");
}

#[test]
fn no_circle_of_rooms() {
    let graph = |edges: &[(&str, &str)]| {
        let mut graph = BTreeMap::<String, BTreeSet<String>>::new();
        for (from, to) in edges {
            graph.entry((*from).into()).or_default().insert((*to).into());
        }
        graph
    };
    assert_eq!(circles(&graph(&[("a", "b"), ("b", "c"), ("c", "b")])), ["b", "c"]);
    let mut house = BTreeMap::<String, BTreeSet<String>>::new();
    for (path, text) in rust() {
        house.entry(room(&path).to_owned()).or_default().extend(known(&path, &code(&text)));
    }
    assert!(house["token"].contains("clock"), "imports are no longer found");
    assert_eq!(circles(&house), [""; 0]);
}

#[test]
fn each_library_and_each_clock_has_one_room() {
    assert_eq!(trespasses("cache.rs", "use std::time::Instant; Instant::now();").len(), 1);
    assert_eq!(trespasses("source.rs", "use moka::sync::Cache; use reqwest::Url;").len(), 2);
    assert_eq!(trespasses("cache.rs", "use moka::sync::Cache;").len(), 0);
    let found: Vec<_> = rust().iter().flat_map(|(path, t)| trespasses(path, &code(t))).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn unsafe_code_stands_in_named_files_with_its_reasons() {
    assert_eq!(unguarded("pub mod a;\n#[forbid(unsafe_code)]\npub mod b;"), ["a"]);
    assert_eq!(unguarded(&text("src/lib.rs")), [""; 0]);
    let (bare, reasoned) = ("unsafe { f() }", "// SAFETY: x\nunsafe { f() }");
    assert!(is_unsafe("a.rs", reasoned, &[]) && is_unsafe("a.rs", bare, &["a.rs"]));
    assert!(!is_unsafe("a.rs", reasoned, &["a.rs"]) && !is_unsafe("a.rs", "fn f() {}", &[]));
    let found = files("src", "rs").into_iter().filter(|(path, text)| is_unsafe(path, text, UNSAFE));
    assert_eq!(found.map(|(path, _)| path).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn every_file_says_what_it_is() {
    let dumb = |text: &str| !text.starts_with("//! ");
    assert!(dumb("use std::fs;\n//! Too late."));
    let dumb: Vec<_> = files("src", "rs").into_iter().filter(|(_, text)| dumb(text)).collect();
    assert!(dumb.is_empty(), "{:?}", dumb.iter().map(|(path, _)| path).collect::<Vec<_>>());
}
