//! Every fault of the table in docs/reliability.md has a test, and every numbered test has its fault.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use support::sources::{files, text, without_comments};

/// The numbers of the table below `## Faults`.
fn table(markdown: &str) -> BTreeSet<u32> {
    let (_, section) = markdown.split_once("\n## Faults\n").expect("a section of faults");
    let section = section.split("\n## ").next().unwrap_or_default();
    let number = |row: &str| row.strip_prefix("| ")?.split(" |").next()?.parse().ok();
    section.lines().filter_map(number).collect()
}

/// The numbers in test names: `fn fault_3_4_…(` in Rust, `'fault 3, 4: …` in JavaScript.
fn numbered(source: &str, extension: &str) -> BTreeSet<u32> {
    let source = without_comments(source);
    let (marks, separator, end): (&[&str], _, _) = match extension {
        "rs" => (&["fn fault_"], "_", '('),
        _ => (&["'fault ", "\"fault ", "`fault "], ", ", ':'),
    };
    let names = marks.iter().flat_map(|mark| source.split(mark).skip(1));
    let numbers = names.flat_map(|name| {
        let list = name.split(end).next().unwrap_or_default();
        list.split(separator).map_while(|number| number.parse().ok())
    });
    numbers.collect()
}

/// Ways to switch a test off, or all others. Tests for one platform choose `test` by a variable.
const SWITCHES: [&str; 10] = [
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
];

/// What switches tests of this source off.
fn switched_off(source: &str) -> Option<&'static str> {
    let source = without_comments(source);
    SWITCHES.into_iter().find(|switch| source.contains(switch))
}

#[test]
fn rows_and_names_are_read() {
    let page = "# x\n| 9 | promise |\n## Faults\n| # | fault |\n|---|---|\n| 7 | a |\n| 12 | b |\n\n## y\n| 8 | z |";
    assert_eq!(table(page), BTreeSet::from([7, 12]));
    let rust = "fn fault_3_4_no_token_in_9_s() {}\nfn fault() {}\n// fn fault_5_gone() {}";
    assert_eq!(numbered(rust, "rs"), BTreeSet::from([3, 4]));
    let script = "test('fault 3, 4: 9 times', f);\n['fault 6: a row'],\n// test('fault 5: gone', f)\ndescribe(`fault 7: ${x}`, f);\nlog('a fault 8: words');";
    assert_eq!(numbered(script, "js"), BTreeSet::from([3, 4, 6, 7]));
}

#[test]
fn tests_that_are_switched_off_are_found() {
    for bad in ["#[ignore = \"slow\"]", "test.skip('x', f)", "test.only.each([1])", " xit('x')"] {
        assert!(switched_off(bad).is_some(), "{bad}");
    }
    for good in ["// test.skip('x')", "const onLinux = isLinux ? test : test.skip;", "exit(1)"] {
        assert_eq!(switched_off(good), None, "{good}");
    }
}

#[test]
fn every_fault_has_a_test_and_every_numbered_test_a_fault() {
    let mut tested = BTreeMap::<u32, Vec<String>>::new();
    for (folder, extension) in [("src", "rs"), ("tests", "rs"), ("__test__", "js")] {
        for (path, source) in files(folder, extension) {
            if (folder, path.as_str()) == ("tests", "faults.rs") {
                continue;
            }
            let numbers = numbered(&source, extension);
            if !numbers.is_empty() {
                assert_eq!(switched_off(&source), None, "{folder}/{path}");
            }
            for number in numbers {
                tested.entry(number).or_default().push(format!("{folder}/{path}"));
            }
        }
    }
    let faults = table(&text("docs/reliability.md"));
    assert_eq!(faults, (1..=36).chain([42, 43]).chain(45..=54).chain(85..=86).collect());
    let untested: Vec<_> = faults.iter().filter(|fault| !tested.contains_key(fault)).collect();
    assert!(untested.is_empty(), "without a test: {untested:?}");
    tested.retain(|number, _| !faults.contains(number));
    assert!(tested.is_empty(), "not in the table: {tested:?}");
}
