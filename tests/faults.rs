//! The table of faults in RELIABILITY.md is true: every number is there, and every test it names.

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use support::sources::{text, without_comments};

/// One row: its number, and the file and name of each test.
struct Fault {
    number: u32,
    tests: Vec<(String, String)>,
}

/// The rows of the table below `## Faults`, or what is wrong with one.
fn faults(markdown: &str) -> Result<Vec<Fault>, String> {
    let (_, section) = markdown.split_once("\n## Faults\n").ok_or("there is no section")?;
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| #"));
    rows.map(fault).collect()
}

fn fault(row: &str) -> Result<Fault, String> {
    let cells: Vec<_> = row.trim_matches('|').split(" | ").map(str::trim).collect();
    let [number, _, _, tests] = cells[..] else { return Err(format!("not four cells: {row}")) };
    let number = number.parse().map_err(|_| format!("no number: {row}"))?;
    let test = |entry: &str| {
        let inside = entry.strip_prefix('`')?.strip_suffix('`')?;
        let (file, name) = inside.split_once("`: `")?;
        Some((file.to_owned(), name.to_owned()))
    };
    let tests: Option<Vec<_>> = tests.split("<br>").map(test).collect();
    Ok(Fault { number, tests: tests.ok_or_else(|| format!("no test: {row}"))? })
}

/// Ways to have a test and not run it, or no other than it. A test for one platform only is chosen
/// by a variable: `onLinux('…')`.
const UNRUN: [&str; 11] = [
    "#[ignore",
    ".skip(",
    ".skip.",
    ".only(",
    ".only.",
    ".todo(",
    "xtest(",
    "\nxit(",
    " xit(",
    "xdescribe(",
    ".failing(",
];

/// What of this source keeps tests from running, outside of comments.
fn unrun(source: &str) -> Option<&'static str> {
    let source = without_comments(source);
    UNRUN.into_iter().find(|mark| source.contains(mark))
}

/// Whether a test of this name stands in this source, outside of comments.
fn is_test(source: &str, is_rust: bool, name: &str) -> bool {
    let source = without_comments(source);
    if is_rust {
        let marks = ["#[test]", "#[tokio::test"];
        // Attributes, such as one for the platform, may stand between the mark and the function.
        return source.match_indices(&format!("fn {name}(")).any(|(at, _)| {
            let before = source[..at].rsplit("\n\n").next().unwrap_or_default();
            marks.iter().any(|mark| before.contains(mark))
        });
    }
    // A test, a group of tests, or the row of a table that begins with its name.
    ['\'', '"', '`'].iter().any(|quote| {
        source.match_indices(&format!("{quote}{name}{quote}")).any(|(at, _)| {
            let before = source[..at].trim_end();
            let calls = ["test(", "describe(", "onLinux(", "])(", ")(", "[", "async"];
            calls.iter().any(|call| before.ends_with(call))
        })
    })
}

#[test]
fn the_search_finds_tests_and_nothing_else() {
    let rust = "#[test]\nfn a_law() {}\n\nfn a_helper() {}\n// fn a_comment()";
    assert!(is_test(rust, true, "a_law"));
    for other in ["a_helper", "a_comment", "a_la", "law", "missing"] {
        assert!(!is_test(rust, true, other), "{other}");
    }
    let script = "test('one law', f);\ntest.each([\n  ['a row', 1],\n])('%s holds', f);\nlog('words');\n// test('gone', f)\ndescribe(\"a group\", f)";
    for name in ["one law", "a row", "%s holds", "a group"] {
        assert!(is_test(script, false, name), "{name}");
    }
    for other in ["one", "law", "words", "gone", "missing"] {
        assert!(!is_test(script, false, other), "{other}");
    }
}

#[test]
fn tests_that_do_not_run_are_found() {
    for bad in [
        "#[test]\n#[ignore = \"slow\"]\nfn a_law() {}",
        "test.skip('one law', f)",
        "describe.skip('a group', () => test('one law', f))",
        "test.skip.each([1])('row %i', f)",
        "xtest('one law', f)",
        "test.only('another', f)",
    ] {
        assert!(unrun(bad).is_some(), "{bad}");
    }
    let good =
        "// test.skip('gone')\nconst onLinux = isLinux ? test : test.skip;\nonLinux('x', f);";
    assert_eq!(unrun(good), None);
}

#[test]
fn rows_that_name_no_test_are_found() {
    let page = |row: &str| {
        format!(
            "# x\n## Faults\n| # | fault | what | tests |\n|---|---|---|---|\n{row}\n\n## y\n| z |"
        )
    };
    let good = faults(&page("| 7 | a | b | `x.rs`: `one`<br>`y.js`: `two, or three` |")).unwrap();
    assert_eq!(good[0].number, 7);
    assert_eq!(good[0].tests[1], ("y.js".into(), "two, or three".into()));
    for bad in ["| 7 | a | b | |", "| 7 | a | b | x.rs |", "| x | a | b | `f`: `n` |", "| 7 | a |"]
    {
        assert!(faults(&page(bad)).is_err(), "{bad}");
    }
    assert!(faults("# no such section").is_err());
}

#[test]
fn every_fault_has_its_tests() {
    let table = faults(&text("RELIABILITY.md")).unwrap();
    let numbers: Vec<_> = table.iter().map(|fault| fault.number).collect();
    assert_eq!(numbers, (1..=36).chain([42, 43]).chain(45..=54).collect::<Vec<_>>());
    let (mut named, mut missing) = (BTreeSet::new(), Vec::new());
    for Fault { number, tests } in table {
        for (file, name) in tests {
            let is_rust = Path::new(&file).extension().is_some_and(|extension| extension == "rs");
            let source = text(&file);
            if !is_test(&source, is_rust, &name) {
                missing.push(format!("{number}: {file}: {name}"));
            }
            assert_eq!(unrun(&source), None, "{file}");
            named.insert((file, name));
        }
    }
    assert_eq!(missing, [""; 0]);
    assert!(named.len() > 90, "{}", named.len());
}
