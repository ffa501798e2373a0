//! Pasted names and secrets → checked text.

use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::pasted::{bare, is_direction, is_quote, mistake};
use crate::secret::Secret;

/// In bytes: longer than any consumer key, user name or redirect URI of Salesforce.
const LONGEST_NAME: usize = 1_024;
/// In bytes: longer than any client secret or token that Salesforce issues.
const LONGEST_SECRET: usize = 16 * 1_024;

/// Reads a client id, user name, audience or redirect URI. The name goes into the assertion unchanged.
/// Only a text that cannot be a name is refused.
///
/// # Errors
/// `CONFIG_INVALID`, naming the option and never its value.
pub fn name(option: &'static str, text: &str) -> Result<String, Failure> {
    let text = value(option, text)?;
    let problem = if text.len() > LONGEST_NAME {
        "is longer than 1,024 bytes."
    } else if text.chars().any(char::is_control) {
        "holds control characters, such as a line end."
    } else if option == "audience" && text.chars().any(is_direction) {
        // Messages show the audience.
        "holds characters that turn text around."
    } else {
        return Ok(text.to_owned());
    };
    Err(refused(option, problem))
}

/// Reads a client secret, a refresh token, an authorization code or its verifier.
///
/// # Errors
/// `CONFIG_INVALID`, naming the option and never its value.
pub fn secret(option: &'static str, text: &str) -> Result<Secret, Failure> {
    if text.len() > LONGEST_SECRET {
        return Err(refused(option, "is longer than 16 KiB."));
    }
    // Both come out of a redirect.
    let comes_by_redirect = matches!(option, "code" | "refreshToken");
    let decoded = comes_by_redirect.then(|| percent_decoded(bare(text))).flatten();
    let text = value(option, decoded.as_deref().map_or(text, String::as_str))?;
    let starts = |heads: &[&str]| heads.iter().any(|head| text.starts_with(head));
    let problem = if text.contains("://") {
        "is a URL: pass the value alone, such as the value of a query parameter."
    } else if starts(&["code=", "?", "&", "refresh_token=", "SF_", "export "]) && text.contains('=')
    {
        "begins with the name of a parameter or variable: pass what stands behind the equals sign."
    } else if option == "refreshToken" && text.starts_with("00D") && text.contains('!') {
        "is an access token: pass the refresh token that came with it."
    } else if starts(&["-----BEGIN"]) {
        "is a PEM file: a private key or a certificate does not belong here."
    } else if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        "holds a character that is not allowed, such as a space or a line end."
    } else if text.starts_with(is_quote) || text.ends_with(is_quote) {
        "has a quote at one end only: take it off."
    } else {
        return Ok(Secret::new(text.to_owned()));
    };
    Err(refused(option, problem))
}

/// The text without what pasting added to it.
fn value<'a>(option: &'static str, text: &'a str) -> Result<&'a str, Failure> {
    let text = bare(text);
    if text.is_empty() {
        return Err(refused(option, "is empty."));
    }
    match mistake(text) {
        Some(mistake) => Err(refused(option, mistake.predicate())),
        None => Ok(text),
    }
}

/// The text without the percent-encoding of a URL, if the text is what encoding gives: it holds escapes
/// of characters that need one, and no such character itself.
fn percent_decoded(text: &str) -> Option<Zeroizing<String>> {
    let needs_none = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!*'()".contains(&byte);
    // It never grows past this, and so leaves no unwiped buffer behind.
    let mut decoded = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'%' {
            decoded.push(char::from(Some(byte).filter(|byte| needs_none(*byte))?));
            continue;
        }
        let (digits, tail) = rest.split_at_checked(2)?;
        let hex = str::from_utf8(digits).ok().filter(|hex| !hex.starts_with('+'))?;
        let byte = u8::from_str_radix(hex, 16).ok()?;
        let is_needed =
            byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"-._~".contains(&byte);
        decoded.push(char::from(Some(byte).filter(|_| is_needed)?));
        rest = tail;
    }
    if decoded.len() == text.len() {
        return None;
    }
    // Text that was encoded twice; it is shorter now, so this ends.
    let again = percent_decoded(&decoded);
    again.or(Some(decoded))
}

fn refused(option: &'static str, problem: &str) -> Failure {
    Failure::of_option(option, format!("{option} {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "5Aep861.abc_DEF-123!xyz==";

    fn read(option: &'static str, text: &str) -> Result<String, String> {
        let read = if matches!(option, "clientId" | "username" | "audience" | "redirectUri") {
            name(option, text)
        } else {
            secret(option, text).map(|secret| secret.expose().clone())
        };
        read.map_err(|failure| {
            assert_eq!(failure.option, Some(option));
            failure.what
        })
    }

    const OPTIONS: [&str; 8] = [
        "clientId",
        "username",
        "audience",
        "redirectUri",
        "clientSecret",
        "refreshToken",
        "code",
        "codeVerifier",
    ];

    #[test]
    fn fault_65_what_pasting_adds_is_taken_off() {
        for (text, what) in [
            ("  #\t\r\n", "blanks and line ends"),
            ("\"#\"", "double quotes"),
            ("'#'", "single quotes"),
            ("`#`", "back quotes"),
            ("\u{201c}#\u{201d}", "typographic quotes"),
            ("\u{201e}#\u{201c}", "German quotes"),
            ("\u{ab}#\u{bb}", "French quotes"),
            ("'\"#\"'\n", "quotes in quotes"),
            ("\\\"#\\\"", "escaped quotes"),
            ("\"#\\n\"", "an escaped line end"),
            ("#\\r\\n", "an escaped line end of Windows"),
            ("\u{feff}#", "a byte order mark"),
            ("\u{ef}\u{bb}\u{bf}#", "a byte order mark read as Latin-1"),
            ("\u{feff}\"#\"\r\n", "a byte order mark and quotes"),
            ("\u{200b}#\u{200d}\u{2060}", "characters without a width"),
            ("\u{a0}#\u{3000}", "blanks of other scripts"),
            ("\0#\0", "NULs"),
        ] {
            for option in OPTIONS {
                let pasted = text.replace('#', TOKEN);
                assert_eq!(read(option, &pasted).as_deref(), Ok(TOKEN), "{option}: {what}");
            }
        }
    }

    #[test]
    fn fault_65_what_is_no_value_is_told_as_what_it_is() {
        let utf16 = |text: &str| text.chars().flat_map(|c| [c, '\0']).collect::<String>();
        for (text, told) in [
            ("", "is empty"),
            (" \u{feff}\"\"\r\n", "is empty"),
            ("undefined", "missing value"),
            ("'null'", "missing value"),
            ("NaN", "missing value"),
            ("[object Object]", "object or array"),
            ("[object Promise]", "object or array"),
            ("{\"clientId\":\"x\"}", "object or array"),
            ("[\"x\"]", "object or array"),
            ("<Buffer 35 41>", "object or array"),
            ("() => read()", "object or array"),
            ("${SF_VALUE}", "unfilled placeholder"),
            ("x-${stage}", "unfilled placeholder"),
            ("$SF_VALUE", "unfilled placeholder"),
            ("%SF_VALUE%", "unfilled placeholder"),
            ("$(cat file)", "unfilled placeholder"),
            ("<your value>", "unfilled placeholder"),
            ("{{resolve:secretsmanager:salesforce}}", "unfilled placeholder"),
            ("arn:aws:ssm:eu-west-1:123456789012:parameter/x", "reference to a secret"),
            (&utf16(TOKEN), "UTF-16"),
            (&format!("\u{ff}\u{fe}{}", utf16(TOKEN)), "UTF-16"),
            (&format!("\u{fffd}\u{fffd}{}", utf16(TOKEN)), "UTF-16"),
        ] {
            for option in OPTIONS {
                let what = read(option, text).expect_err(text);
                assert!(what.contains(told), "{option}: {text}: {what}");
                assert!(!what.contains("expired") && !what.contains("path of a file"), "{what}");
                assert!(!what.contains("SF_VALUE") && !what.contains(TOKEN), "{what}");
            }
        }
    }

    #[test]
    fn fault_65_secrets_of_another_kind_are_told() {
        for (option, text, told) in [
            ("refreshToken", "00D000000000001!AQcAQ", "is an access token"),
            ("refreshToken", "refresh_token=5Aep861", "behind the equals sign"),
            ("refreshToken", "SF_REFRESH_TOKEN=5Aep861", "behind the equals sign"),
            ("refreshToken", "\"5Aep861", "a quote at one end only"),
            ("refreshToken", "5Aep 861", "a space"),
            ("code", "https://app.test/back?code=aPrx&state=x", "is a URL"),
            ("code", "code=aPrx&state=x", "behind the equals sign"),
            ("clientSecret", "-----BEGIN PRIVATE KEY-----", "is a PEM file"),
        ] {
            let what = read(option, text).expect_err(text);
            assert!(what.contains(told), "{text}: {what}");
        }
    }

    #[test]
    fn fault_65_percent_encoding_is_decoded_where_nothing_else_can_be_meant() {
        for option in ["code", "refreshToken"] {
            for (text, plain) in [
                ("aPrx.x_y%3D%3D", "aPrx.x_y=="),
                ("aPrx%3d%3d", "aPrx=="),
                ("aPrx!x%2By%2Fz%3D", "aPrx!x+y/z="),
                ("aPrx%253D%253D", "aPrx=="),
                ("%22aPrx%3D%22%0A", "aPrx="),
                // What encoding would not have given.
                ("aPrx%3D=", "aPrx%3D="),
                ("aPrx%41", "aPrx%41"),
                ("aPrx%3", "aPrx%3"),
                ("aPrx%+3", "aPrx%+3"),
                ("aPrx%C3%A9", "aPrx%C3%A9"),
                ("aPrx==", "aPrx=="),
            ] {
                assert_eq!(read(option, text).as_deref(), Ok(plain), "{option}: {text}");
            }
        }
        assert_eq!(read("clientSecret", "a%3D").as_deref(), Ok("a%3D"));
    }
}
