//! Source files as text, for the tests that check the source.

use std::fs;
use std::path::Path;

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file that must be there.
pub fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All files below `folder` with this extension: path from `folder`, with `/`, and text.
pub fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let base = root().join(folder);
    let (mut folders, mut found) = (vec![base.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push((name(&path, &base), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn name(path: &Path, base: &Path) -> String {
    let parts = path.strip_prefix(base).unwrap().iter();
    parts.map(|part| part.to_str().unwrap()).collect::<Vec<_>>().join("/")
}

/// Rust without comments and without test modules, which are at the end of a file.
pub fn code(text: &str) -> String {
    without_comments(text.split("#[cfg(test)]\nmod ").next().unwrap_or_default())
}

/// Rust or JavaScript without comments. Text in quotes stays.
pub fn without_comments(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    let mut quote = None;
    while let Some(c) = rest.chars().next() {
        let mut taken = c.len_utf8();
        match quote {
            Some(_) if c == '\\' => taken += rest[1..].chars().next().map_or(0, char::len_utf8),
            Some(open) if c == open => quote = None,
            None if rest.starts_with("//") => {
                rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
                continue;
            }
            None if rest.starts_with("/*") => {
                rest = &rest[rest.find("*/").map_or(rest.len(), |end| end + 2)..];
                continue;
            }
            // A Rust lifetime or a single character opens no text; a char of a quote is skipped.
            None if c == '\'' && rest.get(2..3) == Some("'") => taken = 3,
            None if c == '"' || c == '`' || c == '\'' && closes_on_its_line(rest) => {
                quote = Some(c);
            }
            _ => {}
        }
        kept.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    kept
}

fn closes_on_its_line(rest: &str) -> bool {
    rest[1..].lines().next().is_some_and(|line| line.contains('\''))
}

/// Where `word` stands as a whole identifier.
pub fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        !text[..at].ends_with(part) && !text[at + word.len()..].starts_with(part)
    })
}

/// The identifier that `text` begins with.
pub fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}
