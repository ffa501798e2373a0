//! Which room may import which, and which room alone may use a library.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use support::sources::{code, files, identifier, text, without_comments, words};

/// The rooms of `src/`. Rank 0 is ground: a file at the top, which imports ground only. A folder imports
/// ground and folders of lower ranks. `src/lib.rs` shows the same table to readers.
const SRC: &[(&str, u8)] = &[
    ("node", 7),
    ("source", 6),
    ("authorization_server", 5),
    ("grant", 4),
    ("lineage", 4),
    ("cache", 3),
    ("credential", 3),
    ("retry", 3),
    ("transport", 2),
    ("private_key", 2),
    ("bounded", 0),
    ("clock", 0),
    ("entropy", 0),
    ("failure", 0),
    ("identity", 0),
    ("life", 0),
    ("origin", 0),
    ("pasted", 0),
    ("secret", 0),
    ("token", 0),
];

/// The rooms of `lib/`, by the same rule.
const LIB: &[(&str, u8)] = &[
    ("jwt", 4),
    ("refresh-token", 4),
    ("connection", 3),
    ("tokens", 2),
    ("abort", 0),
    ("call-options", 0),
    ("checks", 0),
    ("environment", 0),
    ("errors", 0),
    ("manager-options", 0),
    ("option-names", 0),
    ("printed", 0),
    ("time-limit", 0),
    ("warnings", 0),
];

/// Names that only some files may use, with the beginning of the files' paths below `src/`.
const OWNERS: &[(&str, &str)] = &[
    ("napi", "node/"),
    ("napi_derive", "node/"),
    ("spawn_future", "node/promise.rs"),
    ("moka", "cache/"),
    ("reqwest", "transport/"),
    ("jsonwebtoken", "grant/assertion.rs"),
    ("SystemTime::now", "clock.rs"),
    ("Instant::now", "clock.rs"),
    ("UNIX_EPOCH.elapsed", "clock.rs"),
    ("clock_gettime", "clock.rs"),
];

/// Files below `src/` that may have unsafe code, if each block has a `SAFETY` comment.
const UNSAFE: &[&str] = &["node/peek.rs", "node/secret_text.rs"];

fn rank(ranks: &[(&str, u8)], room: &str) -> Option<u8> {
    ranks.iter().find(|(name, _)| *name == room).map(|(_, rank)| *rank)
}

fn room(path: &str) -> &str {
    path.split('/').next().unwrap_or_default().trim_end_matches(".rs").trim_end_matches(".js")
}

fn is_folder(path: &str) -> bool {
    path.contains('/')
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

/// The files beside this one in its folder that it names by `super::`.
fn siblings(path: &str, code: &str) -> BTreeSet<String> {
    let Some((folder, _)) = path.rsplit_once('/') else { return BTreeSet::new() };
    let mut found = BTreeSet::new();
    for at in words(code, "super").filter(|&at| !code[..at].ends_with("::")) {
        found.extend(heads(&code[at + "super".len()..]));
    }
    found
        .into_iter()
        .map(|name| format!("{folder}/{name}.rs"))
        .filter(|other| other != path)
        .collect()
}

/// The files of `lib/` that a file of `lib/` requires.
fn required(path: &str, code: &str) -> BTreeSet<String> {
    let code = code.replace('"', "'");
    let names = code.split("require('").skip(1).filter_map(|rest| rest.split('\'').next());
    let names = names.filter(|name| name.starts_with('.') && !name.ends_with("native.js"));
    names.map(|name| resolved(path, name)).collect()
}

/// `./b.js` and `../c/d.js` as paths below `lib/`.
fn resolved(path: &str, name: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Every room of a higher or equal rank that a file names; ground may name ground.
fn climbs(ranks: &[(&str, u8)], path: &str, known: BTreeSet<String>) -> Vec<String> {
    let own = rank(ranks, room(path));
    let allowed = |other: &str| match (own, rank(ranks, other)) {
        (Some(0), Some(0)) => true,
        (Some(own), Some(other)) => other < own,
        _ => false,
    };
    let known = known.into_iter().filter(|other| other != room(path) && !allowed(other));
    known.map(|other| format!("{path} knows {other}")).collect()
}

fn climbs_in_rust(path: &str, code: &str) -> Vec<String> {
    climbs(SRC, path, known(path, code))
}

fn climbs_in_javascript(path: &str, code: &str) -> Vec<String> {
    let rooms = required(path, code).iter().map(|file| room(file).to_owned()).collect();
    climbs(LIB, path, rooms)
}

/// The rooms and ranks of the table in `src/lib.rs`; ground is rank 0.
fn shown(front: &str) -> BTreeMap<String, u8> {
    let mut rooms = BTreeMap::new();
    for line in front.lines().filter_map(|line| line.strip_prefix("//! | [")) {
        let mut cells = line.split(" | ");
        let (names, rank) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        let rank = if rank == "ground" { 0 } else { rank.parse().expect("a rank") };
        rooms.extend(names.split('`').skip(1).step_by(2).map(|name| (name.to_owned(), rank)));
    }
    rooms
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

/// Whether a file has unsafe code without permission, or without a `SAFETY` comment for each block.
fn is_unsafe(path: &str, text: &str, allowed: &[&str]) -> bool {
    let reasons = text.matches("// SAFETY: ").count();
    let blocks = text.matches("unsafe {").count();
    words(text, "unsafe").next().is_some() && (!allowed.contains(&path) || reasons < blocks)
}

#[test]
fn every_room_has_a_rank_and_ground_is_files() {
    let lib = files("lib", "js");
    for (ranks, files) in [(SRC, rust()), (LIB, lib)] {
        let named: BTreeSet<&str> = ranks.iter().map(|(name, _)| *name).collect();
        let found: BTreeSet<&str> = files.iter().map(|(path, _)| room(path)).collect();
        assert_eq!(found, named);
        for (path, _) in &files {
            let rank = rank(ranks, room(path)).expect("a rank");
            assert_eq!(is_folder(path), rank > 0, "{path} has rank {rank}");
        }
    }
}

#[test]
fn the_front_page_shows_these_ranks() {
    let table = "//! | [`a`], [`b`] | ground | x |\n//! | [`c`] | 2 | x |";
    assert_eq!(shown(table), [("a", 0), ("b", 0), ("c", 2)].map(|(n, r)| (n.to_owned(), r)).into());
    let ranks = SRC.iter().map(|(name, rank)| ((*name).to_owned(), *rank)).collect();
    assert_eq!(shown(&text("src/lib.rs")), ranks);
}

#[test]
fn no_room_knows_one_above_it() {
    for (path, bad) in [
        ("clock.rs", "use crate::cache::Deadlines;"),
        ("clock.rs", "use super::source;"),
        ("cache/mod.rs", "use crate::credential::Client;"),
        ("grant/mod.rs", "use super::lineage;"),
        ("grant/jwt_bearer.rs", "use super::super::source;"),
        ("grant/jwt_bearer.rs", "use crate::{clock::{Clock, Moment}, source::Stats};"),
        ("grant/jwt_bearer.rs", "use crate::attic;"),
    ] {
        assert_eq!(climbs_in_rust(path, bad).len(), 1, "{path}: {bad}");
    }
    let good = "use super::outcome; use crate::{source, clock};";
    assert!(climbs_in_rust("node/login.rs", good).is_empty());
    assert!(climbs_in_rust("token.rs", "use crate::clock::Moment;").is_empty());
    for (path, bad) in [
        ("checks.js", "require('./tokens/entry.js')"),
        ("tokens/entry.js", "require('../connection/open.js')"),
        ("jwt/manager.js", "require('../refresh-token/config.js')"),
        ("jwt/manager.js", "require('../attic/entry.js')"),
    ] {
        assert_eq!(climbs_in_javascript(path, bad).len(), 1, "{path}: {bad}");
    }
    let good = "require('../../native.js'); require('./entry.js'); require('../checks.js')";
    assert!(climbs_in_javascript("tokens/entries.js", good).is_empty());
    let rust = rust();
    let rust = rust.iter().flat_map(|(path, text)| climbs_in_rust(path, &code(text)));
    let lib = files("lib", "js");
    let lib =
        lib.iter().flat_map(|(path, text)| climbs_in_javascript(path, &without_comments(text)));
    assert_eq!(rust.chain(lib).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn no_circle_of_rooms_or_files() {
    let graph = |edges: &[(&str, &str)]| {
        let mut graph = BTreeMap::<String, BTreeSet<String>>::new();
        for (from, to) in edges {
            graph.entry((*from).into()).or_default().insert((*to).into());
        }
        graph
    };
    assert_eq!(circles(&graph(&[("a", "b"), ("b", "c"), ("c", "b")])), ["b", "c"]);
    let (mut rooms, mut in_folders) =
        (BTreeMap::<String, BTreeSet<String>>::new(), BTreeMap::new());
    for (path, text) in rust() {
        rooms.entry(room(&path).to_owned()).or_default().extend(known(&path, &code(&text)));
        if !path.ends_with("mod.rs") {
            in_folders.insert(path.clone(), siblings(&path, &code(&text)));
        }
    }
    assert!(rooms["token"].contains("clock"), "imports are no longer found");
    assert!(in_folders["node/login.rs"].contains("node/outcome.rs"), "nor those of siblings");
    let lib: BTreeMap<_, _> = files("lib", "js")
        .into_iter()
        .map(|(path, text)| (path.clone(), required(&path, &without_comments(&text))))
        .collect();
    assert!(lib["jwt/manager.js"].contains("jwt/entry.js"), "nor those of JavaScript");
    for graph in [rooms, in_folders, lib] {
        assert_eq!(circles(&graph), [""; 0]);
    }
}

#[test]
fn each_library_and_each_clock_has_one_room() {
    assert_eq!(trespasses("cache/mod.rs", "use std::time::Instant; Instant::now();").len(), 1);
    assert_eq!(trespasses("source/mod.rs", "use moka::sync::Cache; use reqwest::Url;").len(), 2);
    assert_eq!(trespasses("cache/mod.rs", "use moka::sync::Cache;").len(), 0);
    let found: Vec<_> = rust().iter().flat_map(|(path, t)| trespasses(path, &code(t))).collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// What any issuer needs knows no issuer.
#[test]
fn a_token_endpoint_knows_no_issuer() {
    let named = |path: &str, text: &str| {
        let front = path.ends_with("mod.rs");
        words(&code(text), "salesforce").count() > usize::from(front)
    };
    assert!(named("response.rs", "use super::salesforce::SALESFORCE;"));
    assert!(named("mod.rs", "pub mod salesforce;\nuse salesforce::SALESFORCE;"));
    let folder = files("src/authorization_server", "rs").into_iter();
    let general = folder.filter(|(path, _)| !path.contains('/'));
    let found = general.filter(|(path, text)| named(path, text)).map(|(path, _)| path);
    assert_eq!(found.collect::<Vec<_>>(), [""; 0]);
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
fn every_file_of_javascript_says_what_it_is() {
    let silent = |text: &str| !text.starts_with("'use strict';\n\n// ");
    assert!(silent("'use strict';\n\nconst a = 1;"));
    let mut silent_files = vec![];
    for folder in ["lib", "testing", "support", "soak", "scripts"] {
        let files = files(folder, "js").into_iter().filter(|(_, text)| silent(text));
        silent_files.extend(files.map(|(path, _)| format!("{folder}/{path}")));
    }
    assert_eq!(silent_files, [""; 0]);
}

#[test]
fn every_file_says_what_it_is() {
    let dumb = |text: &str| !text.starts_with("//! ");
    assert!(dumb("use std::fs;\n//! Too late."));
    let dumb: Vec<_> = files("src", "rs").into_iter().filter(|(_, text)| dumb(text)).collect();
    assert!(dumb.is_empty(), "{:?}", dumb.iter().map(|(path, _)| path).collect::<Vec<_>>());
}
