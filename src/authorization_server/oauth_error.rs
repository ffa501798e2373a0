//! An OAuth error (RFC 6749 §5.2) of an issuer → the failure that explains it.
//!
//! An issuer's wording differs between its answers, its documentation and its releases. So
//! descriptions are matched by single words, never as whole sentences.

use std::collections::HashSet;

use super::Issuer;
use crate::failure::{Code, Failure};

const LONGEST_DESCRIPTION: usize = 200;
/// A longer word may be a secret that the server echoed. It is not shown.
const LONGEST_WORD: usize = 40;

/// Standard error codes that need no description: RFC 6749 §4.1.2.1 and §5.2, RFC 8628 §3.5, RFC
/// 9449 §5 and §8.
pub(super) const STANDARD_ERRORS: &[(&str, Code)] = &[
    ("invalid_client", Code::ClientCredentialsInvalid),
    ("unsupported_grant_type", Code::GrantUnsupported),
    ("server_error", Code::ServerUnavailable),
    ("slow_down", Code::RateLimited),
    ("invalid_dpop_proof", Code::DpopRequired),
    ("use_dpop_nonce", Code::DpopRequired),
];

/// Makes the failure of an OAuth error.
pub(super) fn classify(
    issuer: &Issuer,
    error: &str,
    description: Option<&str>,
    status: u16,
) -> Failure {
    let error = known_shape(error);
    let description = description.map(clean);
    let code = code_of(issuer, error, description.as_deref().unwrap_or_default(), status);
    let quoted = description.as_ref().map(|text| format!(" (\"{text}\")")).unwrap_or_default();
    Failure {
        error: Some(error.to_owned()),
        error_description: description,
        status: Some(status),
        ..Failure::new(code, format!("The authorization server answered {error}{quoted}."))
    }
}

fn code_of(issuer: &Issuer, error: &str, description: &str, status: u16) -> Code {
    let mut known = issuer.errors.iter().chain(STANDARD_ERRORS);
    if let Some((_, code)) = known.find(|(name, _)| *name == error) {
        return *code;
    }
    match (row_of(issuer, description), status) {
        (Some(row), _) => issuer.descriptions[row].1,
        (None, 429) => Code::RateLimited,
        (None, 408 | 500..) => Code::ServerUnavailable,
        (None, _) => Code::Refused,
    }
}

/// The first row of the issuer's table whose words the description holds.
pub(super) fn row_of(issuer: &Issuer, description: &str) -> Option<usize> {
    let lower = description.to_ascii_lowercase();
    let words: HashSet<&str> =
        lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    issuer.descriptions.iter().position(|(all, _)| all.iter().all(|word| words.contains(word)))
}

/// An error code is a short word of lower-case letters. Anything else is not shown.
fn known_shape(error: &str) -> &str {
    let word = !error.is_empty()
        && error.len() <= 64
        && error.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if word { error } else { "an unreadable error" }
}

/// Makes a server's text safe to show: short, on one line, without anything that looks like a
/// token.
fn clean(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty());
    let mut shown = String::new();
    for word in words.map(|word| if word.len() > LONGEST_WORD { "…" } else { word }) {
        // Only whole words: a part of a secret would not be recognised as a secret.
        if shown.chars().count() + 1 + word.chars().count() > LONGEST_DESCRIPTION {
            break;
        }
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.push_str(word);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SILENT: &Issuer = &Issuer {
        token_path: "/token",
        errors: &[],
        descriptions: &[],
        needs_instance_url: false,
        more_headers: &[],
    };

    #[test]
    fn unknown_errors_follow_their_status() {
        assert_eq!(classify(SILENT, "new_error", None, 400).code, Code::Refused);
        assert_eq!(classify(SILENT, "new_error", None, 429).code, Code::RateLimited);
        assert_eq!(classify(SILENT, "new_error", None, 503).code, Code::ServerUnavailable);
    }

    #[test]
    fn what_looks_like_a_token_is_not_repeated() {
        let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJjbGllbnQifQ.c2lnbmF0dXJlc2lnbmF0dXJl";
        let failure = classify(SILENT, jwt, Some(&format!("bad\r\n\tassertion {jwt} here")), 400);
        assert_eq!(failure.error_description.as_deref(), Some("bad assertion … here"));
        assert!(!failure.to_string().contains("eyJ"));
    }

    proptest! {
        #[test]
        fn shown_text_is_short_and_printable(error in ".{0,100}", description in ".{0,1000}") {
            let failure = classify(SILENT, &error, Some(&description), 400);
            let shown = failure.error_description.unwrap();
            prop_assert!(shown.chars().count() <= LONGEST_DESCRIPTION);
            prop_assert!(!shown.chars().any(char::is_control));
        }
    }
}
