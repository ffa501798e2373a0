//! An error of reqwest → the failure that says what broke.

use std::error::Error as StdError;

use rustls::{CertificateError, Error as TlsError};

use crate::failure::{Code, Failure};

/// The failure for an error of reqwest. `proxy` is the variable that names the proxy on the way. The
/// failure uses no text of reqwest, because that text holds the URL.
pub(super) fn failure_of(error: &reqwest::Error, proxy: Option<&str>) -> Failure {
    // While connecting, no byte of the request has been sent.
    let had_no_effect = error.is_connect();
    if let Some(tls) = causes(error).find_map(tls_error) {
        return Failure { had_no_effect, ..Failure::new(Code::NetworkTls, tls_sentence(tls)) };
    }
    // hyper-util's proxy errors differ in their text only.
    let proxy_says = |words: &str| {
        error.is_connect() && causes(error).any(|cause| cause.to_string().contains(words))
    };
    let wants_password = proxy_says("proxy authorization required");
    let (code, what) = match proxy {
        _ if !error.is_connect() => {
            (Code::NetworkReset, "The connection broke before the answer was complete.")
        }
        None if error.is_dns() => (Code::NetworkDns, "The host's name cannot be resolved."),
        None if error.is_timeout() => {
            (Code::NetworkConnect, "No connection was made within 1,500 ms.")
        }
        None => (Code::NetworkConnect, "No connection could be made to the host."),
        Some(_) if error.is_dns() => (Code::NetworkDns, "The proxy's name cannot be resolved."),
        Some(_) if error.is_timeout() => {
            (Code::NetworkConnect, "The proxy did not answer within 1,500 ms.")
        }
        Some(_) if wants_password => (
            Code::NetworkConnect,
            "The proxy wants a user name and password, or other ones (HTTP 407).",
        ),
        Some(_) if proxy_says("tunnel") && !proxy_says("underlying connection") => {
            (Code::NetworkConnect, "The proxy refused to connect to the host.")
        }
        Some(_) => (Code::NetworkConnect, "No connection could be made to the proxy."),
    };
    let what = match proxy {
        Some(variable) if had_no_effect => format!("{what} {variable} names this proxy."),
        _ => what.to_owned(),
    };
    let failure = Failure::new(code, what);
    Failure { had_no_effect, retryable: failure.retryable && !wants_password, ..failure }
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |cause: &&'_ (dyn StdError + 'static)| (*cause).source())
}

/// The rustls error in `cause`, bare or wrapped in one or more `io::Error`s. The method `source` of
/// an `io::Error` skips the error inside it.
fn tls_error<'a>(mut cause: &'a (dyn StdError + 'static)) -> Option<&'a TlsError> {
    while let Some(inner) = cause.downcast_ref().and_then(std::io::Error::get_ref) {
        cause = inner;
    }
    cause.downcast_ref()
}

fn tls_sentence(error: &TlsError) -> &'static str {
    match error {
        TlsError::InvalidCertificate(certificate) => match certificate {
            CertificateError::UnknownIssuer => {
                "The host's certificate was issued by an authority that is not trusted."
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "The host's certificate has expired."
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "The host's certificate is not valid yet: check this machine's clock."
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "The host's certificate is for another name."
            }
            _ => "The host's certificate is not acceptable.",
        },
        _ => "The TLS handshake failed.",
    }
}
