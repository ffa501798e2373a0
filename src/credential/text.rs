//! Pasted names and secrets → checked text.

use crate::failure::Failure;
use crate::secret::Secret;

/// In bytes: longer than any consumer key or user name of Salesforce.
const LONGEST_NAME: usize = 1_024;
/// In bytes: longer than any client secret or token that Salesforce issues.
const LONGEST_SECRET: usize = 16 * 1_024;

/// Reads a client id, user name or audience. The name goes into the assertion unchanged. Only a
/// text that cannot be a name is refused.
pub(super) fn name(option: &'static str, text: &str) -> Result<String, Failure> {
    let text = text.trim();
    let problem = if text.is_empty() {
        "is empty."
    } else if text.len() > LONGEST_NAME {
        "is longer than 1,024 bytes."
    } else if text.chars().any(char::is_control) {
        "holds control characters, such as a line end."
    } else {
        return Ok(text.to_owned());
    };
    Err(Failure::of_option(option, format!("{option} {problem}")))
}

/// Reads a client secret, a refresh token or an authorization code.
///
/// # Errors
/// `CONFIG_INVALID`, naming the option and never its value.
pub fn secret(option: &'static str, text: &str) -> Result<Secret, Failure> {
    let text = text.trim();
    let problem = if text.is_empty() {
        "is empty."
    } else if text.len() > LONGEST_SECRET {
        "is longer than 16 KiB."
    } else if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        "holds a character that is not allowed, such as a space or a line end."
    } else {
        return Ok(Secret::new(text.to_owned()));
    };
    Err(Failure::of_option(option, format!("{option} {problem}")))
}
