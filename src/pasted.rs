//! What pasting adds around a value, and what a text is in place of a value.

/// A text that is no value, and what the text is instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// `undefined`, `null` and the like.
    Missing,
    /// `[object Object]`, JSON, the text of a function.
    Object,
    /// An ARN, or a placeholder that nobody filled in.
    Reference,
    /// UTF-16 that was read as another encoding.
    Utf16,
}

impl Mistake {
    /// The predicate of a sentence: what the text is, and what to do.
    pub(crate) fn predicate(self) -> &'static str {
        match self {
            Self::Missing => {
                "is the word that a program writes for a missing value: check that the variable or secret that it comes from is set before it is turned into text."
            }
            Self::Object => {
                "is an object or array turned into text: pass the string inside it, or the awaited value of a promise."
            }
            Self::Reference => {
                "is a reference to a secret or an unfilled placeholder: pass the value that it stands for."
            }
            Self::Utf16 => {
                "is UTF-16 text that was read in another encoding: save the file as UTF-8, or read it with the encoding 'utf16le'."
            }
        }
    }
}

/// The text without what pasting adds around it: blanks, line ends, byte order marks, pairs of quotes.
pub(crate) fn bare(text: &str) -> &str {
    let mut text = text;
    loop {
        let before = text.len();
        text = text.trim_matches(is_blank);
        // A byte order mark of UTF-8 that was read as Latin-1.
        text = text.strip_prefix("\u{ef}\u{bb}\u{bf}").unwrap_or(text);
        for escape in ["\\n", "\\r", "\\t"] {
            text = text.strip_prefix(escape).unwrap_or(text);
            text = text.strip_suffix(escape).unwrap_or(text);
        }
        text = unquoted(text).unwrap_or(text);
        if text.len() == before {
            return text;
        }
    }
}

/// The text between two quotes, which may be escaped as in JSON.
fn unquoted(text: &str) -> Option<&str> {
    let escaped = text.strip_prefix("\\\"").and_then(|rest| rest.strip_suffix("\\\""));
    escaped.or_else(|| text.strip_prefix(is_quote)?.strip_suffix(is_quote))
}

/// What the bare text is in place of a value.
pub(crate) fn mistake(text: &str) -> Option<Mistake> {
    let starts = |heads: &[&str]| heads.iter().any(|head| text.starts_with(head));
    let within = |open: char, close: char| text.starts_with(open) && text.ends_with(close);
    let nuls = text.matches('\0').count();
    if is_missing(text) {
        Some(Mistake::Missing)
    } else if starts(&["\u{ff}\u{fe}", "\u{fe}\u{ff}", "\u{fffd}\u{fffd}"])
        || nuls > 0 && nuls * 3 >= text.chars().count()
    {
        Some(Mistake::Utf16)
    } else if starts(&["arn:", "{{", "$("])
        || text.contains("${")
        || within('<', '>') && !text.starts_with("<Buffer")
        || text.strip_prefix('$').is_some_and(is_variable)
        || text.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')).is_some_and(is_variable)
    {
        Some(Mistake::Reference)
    } else if starts(&["[object ", "<Buffer", "PrivateKeyObject", "function ", "async ", "() =>"])
        || within('{', '}')
        || within('[', ']')
    {
        Some(Mistake::Object)
    } else {
        None
    }
}

/// Whether the text is a word that programs write for a missing value.
pub(crate) fn is_missing(text: &str) -> bool {
    ["undefined", "null", "NaN", "true", "false"].contains(&text)
}

/// Whether the character marks a quotation, in any script.
pub(crate) fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | '`' | '\u{b4}' | '\u{ab}' | '\u{bb}' | '\u{2018}'
            ..='\u{201f}' | '\u{2039}' | '\u{203a}'
    )
}

/// Whether the character is white space, a control character, or has no width.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{180e}')
}

/// Whether the character changes the direction of text, and so what a reader takes a message for.
pub(crate) fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_variable(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
