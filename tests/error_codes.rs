//! The error codes in Rust, in the types and in the README are the same ones.

mod support;

use std::collections::BTreeSet;

use jsforce_connection_manager::failure::Code;
use support::sources::text;

fn rust() -> BTreeSet<String> {
    Code::ALL.iter().map(|code| code.name().to_owned()).collect()
}

/// The members of the union of string literals that `name` stands for.
fn union(types: &str, name: &str) -> BTreeSet<String> {
    let (_, rest) = types.split_once(&format!("export type {name} =")).expect("the union");
    let (members, _) = rest.split_once(';').expect("its end");
    members.split('\'').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The codes at the head of a table's rows: `` | `CODE` | … ``.
fn table(markdown: &str) -> BTreeSet<String> {
    let code = |line: &str| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned());
    let is_code = |name: &String| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    // Variables of the environment look alike, but stand in a table of their own.
    markdown.lines().filter_map(code).filter(is_code).filter(|name| !name.starts_with("SF_")).collect()
}

#[test]
fn the_types_name_every_code_and_no_other() {
    let types = text("index.d.ts");
    assert_eq!(union("export type A =\n  | 'X_Y'\n  | 'Z';", "A"), ["X_Y", "Z"].map(Into::into).into());
    assert_eq!(union(&types, "AuthErrorCode"), rust());
}

#[test]
fn the_readme_explains_every_code_and_no_other() {
    assert_eq!(table("| `X_Y` | no |\n| `SF_A` | x |\n| `y` | x |"), ["X_Y".to_owned()].into());
    assert_eq!(table(&text("README.md")), rust());
}
