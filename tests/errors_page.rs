//! `docs/errors.md` is printed from the table of codes. With `UPDATE_DOCS=1` the page is written,
//! otherwise compared.

mod support;

use std::env;
use std::fmt::Write;
use std::fs;

use jsforce_connection_manager::failure::Code;
use support::sources::{root, text};

const PAGE: &str = "docs/errors.md";

/// Where the table begins; the text above it is written by hand.
const HEAD: &str = "## The codes\n";

fn table() -> String {
    let mut table =
        String::from("\n| code | what happened | what to do | retryable |\n|---|---|---|---|\n");
    for code in Code::ALL {
        let retryable = if code.is_retryable() { "yes" } else { "no" };
        let (name, meaning, hint) = (code.name(), cell(code.meaning()), cell(code.hint()));
        writeln!(table, "| `{name}` | {meaning} | {hint} | {retryable} |").unwrap();
    }
    table
}

/// Text for a cell of a table. `<` would begin a tag, and `|` would end the cell.
fn cell(text: &str) -> String {
    text.replace('<', "&lt;").replace('|', "\\|")
}

#[test]
fn the_page_of_errors_is_the_table_of_codes() {
    let page = text(PAGE);
    let (introduction, _) = page.split_once(HEAD).expect("the heading of the table");
    let expected = format!("{introduction}{HEAD}{}", table());
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(root().join(PAGE), &expected).unwrap();
        return;
    }
    assert!(page == expected, "{PAGE} is not up to date: run this test with UPDATE_DOCS=1");
}

#[test]
fn a_meaning_is_whole_sentences() {
    for code in Code::ALL {
        let meaning = code.meaning();
        assert!(meaning.ends_with('.') && !meaning.contains("  "), "{}: {meaning}", code.name());
        assert!(meaning.starts_with(|c: char| !c.is_whitespace()), "{}: {meaning}", code.name());
    }
}
