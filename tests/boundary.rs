//! The boundary between Rust and Node.js: no panic crosses it, only one file loads jsforce, and
//! Rust and the types have the same error codes.

mod support;

use std::collections::BTreeSet;

use jsforce_connection_manager::failure::Code;
use support::sources::{code, files, text, without_comments, words};

fn rust() -> BTreeSet<String> {
    Code::ALL.iter().map(|code| code.name().to_owned()).collect()
}

/// The members of the union of string literals that `name` stands for.
fn union(types: &str, name: &str) -> BTreeSet<String> {
    let (_, rest) = types.split_once(&format!("export type {name} =")).expect("the union");
    let (members, _) = rest.split_once(';').expect("its end");
    members.split('\'').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Functions that Node.js calls synchronously and whose panic would end the process.
fn uncaught(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let macros = |at: &usize| code[..*at].ends_with('[') || code[..*at].ends_with("[napi_derive::");
    for at in words(code, "napi").filter(macros) {
        let (attribute, rest) = code[at..].split_once(']').unwrap_or_default();
        let other = |line: &&str| line.is_empty() || line.starts_with("#[");
        let item = rest.lines().map(str::trim).find(|line| !other(line)).unwrap_or_default();
        // napi runs `module_exports` while it loads the library, and catches nothing there.
        if words(item, "fn").next().is_some()
            && words(item, "async").next().is_none()
            && !attribute.contains("catch_unwind")
            && !attribute.contains("module_exports")
        {
            found.push(item.to_owned());
        }
    }
    // A function written by hand must catch panics itself.
    for (at, _) in code.match_indices("extern \"C\" fn ") {
        let body = code[at..].split("\n}").next().unwrap_or_default();
        if words(body, "catch_unwind").next().is_none() {
            found.push(body.lines().next().unwrap_or_default().to_owned());
        }
    }
    found
}

/// Whether a JavaScript file loads jsforce, or anything inside it.
fn loads_jsforce(text: &str) -> bool {
    let text = without_comments(text).replace(['"', '`'], "'");
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(");
    ["require('jsforce", "import('jsforce", "from 'jsforce", "import 'jsforce", "resolve('jsforce"]
        .iter()
        .flat_map(|form| text.match_indices(form).map(|(at, form)| &text[at + form.len()..]))
        .any(|rest| rest.starts_with(['\'', '/']))
}

#[test]
fn the_types_name_every_code_and_no_other() {
    let types = text("index.d.ts");
    assert_eq!(
        union("export type A =\n  | 'X_Y'\n  | 'Z';", "A"),
        ["X_Y", "Z"].map(Into::into).into()
    );
    assert_eq!(union(&types, "AuthErrorCode"), rust());
}

#[test]
fn no_panic_reaches_node() {
    assert_eq!(
        uncaught("#[napi]\npub fn bad() {}\n#[napi(constructor)]\npub fn new() {}").len(),
        2
    );
    assert_eq!(
        uncaught("#[napi(getter, catch_unwind)]\npub fn a() {}\n#[napi]\npub async fn b() {}"),
        [""; 0]
    );
    assert_eq!(
        uncaught("extern \"C\" fn bad() {\n    f()\n}\nfn g() { catch_unwind(f) }").len(),
        1
    );
    assert_eq!(uncaught("extern \"C\" fn good() {\n    catch_unwind(f)\n}"), [""; 0]);
    let node = files("src/node", "rs");
    assert!(node.iter().any(|(_, text)| text.contains("#[napi(constructor")));
    for (path, text) in node {
        assert_eq!(uncaught(&code(&text)), [""; 0], "{path}");
    }
}

#[test]
fn only_one_file_loads_jsforce() {
    for bad in ["require('jsforce')", "import x from \"jsforce\"", "await import( `jsforce/lib/x`)"]
    {
        assert!(loads_jsforce(bad), "{bad}");
    }
    assert!(!loads_jsforce("// require('jsforce')\nrequire('jsforce-connection-manager')"));
    let mut face = files("lib", "js");
    face.push(("index.js".into(), text("index.js")));
    let loading = face.iter().filter(|(_, text)| loads_jsforce(text)).map(|(path, _)| path);
    assert_eq!(loading.collect::<Vec<_>>(), ["connection/open.js"]);
}

/// What a JavaScript file requires.
fn required(text: &str) -> Vec<String> {
    let text = without_comments(text).replace('"', "'");
    let name = |part: &str| part.split('\'').next().unwrap_or_default().to_owned();
    text.split("require('").skip(1).map(name).collect()
}

/// The files that a JavaScript file requires although its folder may not import them. Inside
/// `lib/`, the ranks of `tests/house.rs` decide.
fn strangers(path: &str, text: &str) -> Vec<String> {
    let depth = path.matches('/').count();
    let climbs = |name: &str| name.split('/').take_while(|part| *part == "..").count();
    let native = format!("{}native.js", "../".repeat(depth));
    let may = |name: &String| {
        name.starts_with("node:")
            || match path.split_once('/') {
                None => name.starts_with("./lib/"),
                Some(("lib", _)) if *name == native => true,
                Some(("lib", file)) if name == "jsforce" => file == "connection/open.js",
                Some(_) => name.starts_with('.') && climbs(name) < depth,
            }
    };
    required(text).into_iter().filter(|name| !may(name)).collect()
}

#[test]
fn javascript_rooms_know_downwards_only() {
    for (path, bad) in [
        ("index.js", "require('./native.js')"),
        ("lib/tokens/entry.js", "require('../../index.js')"),
        ("lib/tokens/entry.js", "require('jsforce')"),
        ("testing/org.js", "require('../lib/tokens/entry.js')"),
        ("testing/org.js", "require('jsonwebtoken')"),
    ] {
        assert_eq!(strangers(path, bad).len(), 1, "{path}: {bad}");
    }
    let mut seen = 0;
    for folder in ["lib", "testing"] {
        for (file, text) in files(folder, "js") {
            assert_eq!(strangers(&format!("{folder}/{file}"), &text), [""; 0], "{folder}/{file}");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen} files");
    assert_eq!(strangers("index.js", &text("index.js")), [""; 0]);
}
