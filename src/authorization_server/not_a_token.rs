//! An answer that is no token response → the failure that says what it is.

use url::Url;

use crate::failure::{Code, Failure};
use crate::transport::Response;

/// In bytes: longer than any host of Salesforce, and shorter than a token.
const LONGEST_HOST: usize = 100;
/// In bytes: a My Domain name of 34 characters, and the name of a sandbox.
const LONGEST_PART: usize = 48;

/// Judges an answer that was too large to be read by its status, if its status says anything.
pub(super) fn status_first(failure: Failure) -> Failure {
    match failure.status {
        Some(status @ 300..400) if is_too_large(&failure) => {
            Failure { status: Some(status), ..redirected(status, None) }
        }
        Some(status @ 400..) if is_too_large(&failure) => {
            Failure { status: Some(status), ..bad_status(status, "more than 64 KiB") }
        }
        _ => failure,
    }
}

fn is_too_large(failure: &Failure) -> bool {
    failure.code == Code::ResponseTooLarge
}

/// The failure of a redirect. `location` is what the answer says of its target.
pub(super) fn redirected(status: u16, location: Option<&str>) -> Failure {
    let target = location.map(redirect_target).unwrap_or_default();
    let what = format!("The host answered with a redirect{target} (HTTP {status}).");
    Failure::new(Code::RedirectRefused, what)
}

/// Where a redirect points to, without its path, which may hold a secret.
fn redirect_target(location: &str) -> String {
    let here = Url::parse("https://here.invalid").expect("a URL");
    let target = here.join(location.trim());
    let same = here.host_str();
    match target.as_ref().ok().and_then(Url::host_str) {
        host if host == same => " to a page of its own".to_owned(),
        Some(host) if is_plain_host(host) => format!(" to {host}"),
        _ => String::new(),
    }
}

/// Whether a host may be shown. A longer name, or a part longer than any name of an org, could be a
/// secret.
fn is_plain_host(host: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]_".contains(&byte);
    host.len() <= LONGEST_HOST
        && host.bytes().all(plain)
        && host.split('.').all(|part| part.len() <= LONGEST_PART)
}

pub(super) fn not_json(response: &Response) -> Failure {
    let html = response.body.expose().trim_ascii_start().first() == Some(&b'<');
    bad_status(
        response.status,
        if html { "an HTML page" } else { "something that is no JSON object" },
    )
}

pub(super) fn bad_status(status: u16, instead: &str) -> Failure {
    let code = match status {
        429 => Code::RateLimited,
        408 | 500.. => Code::ServerUnavailable,
        _ => Code::BadResponse,
    };
    Failure {
        // A 4xx other than 408 and 429 means that the host has no token endpoint here. Any other
        // page may be gone later.
        retryable: code.is_retryable() && !matches!(status, 400..=407 | 409..=428 | 430..=499),
        ..Failure::new(code, format!("The host answered with {instead} (HTTP {status})."))
    }
}
