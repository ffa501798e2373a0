//! The answer of a token endpoint → a token, or what went wrong.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::field::Field;
use super::not_a_token::{bad_status, not_json, redirected};
use super::{Issuer, oauth_error};
use crate::clock::Moment;
use crate::failure::{Code, Failure};
use crate::retry::retry_after;
use crate::secret::Secret;
use crate::token::Successor;
use crate::transport::Response;

/// In bytes: longer than any token, JWTs included, and short enough for a header value.
const LONGEST_TOKEN: usize = 16 * 1_024;
/// In bytes: longer than all scopes of Salesforce together.
const LONGEST_SCOPE: usize = 4 * 1_024;

/// A successful token response (RFC 6749 §5.1), with the fields that Salesforce adds.
pub struct Granted {
    /// The access token.
    pub access_token: Secret<String>,
    /// The org's API host.
    pub instance_url: Option<String>,
    /// Salesforce's identity URL.
    pub id: Option<String>,
    /// The scopes granted.
    pub scope: Option<String>,
    /// The granted life.
    pub expires_in: Option<Duration>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    access_token: Field,
    instance_url: Field,
    id: Field,
    scope: Field,
    token_type: Field,
    expires_in: Field,
    error: Field,
    error_description: Field,
}

/// Reads an answer.
pub(super) fn parse(
    response: &Response,
    issuer: &Issuer,
    received: Moment,
) -> Result<Granted, Failure> {
    let wait = |text| retry_after(text, response.header("date"), received);
    read(response, issuer).map_err(|failure| Failure {
        status: Some(response.status),
        retry_after: response.header("retry-after").and_then(wait),
        ..failure
    })
}

/// What a successful answer says of the refresh token, even if the rest of the answer is unusable.
/// A lost refresh token would mean a lost login.
pub(super) fn successor(response: &Response) -> Successor {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Body {
        refresh_token: Option<Field>,
    }
    if !(200..300).contains(&response.status) {
        return Successor::None;
    }
    let body = response.body.expose().trim_ascii_start();
    // serde would read an array as an object, too.
    if body.first() != Some(&b'{') {
        return Successor::Unreadable;
    }
    match serde_json::from_slice(body) {
        Ok(Body { refresh_token: None }) => Successor::None,
        Ok(Body { refresh_token: Some(field) }) => {
            let token = Secret::new(field.text().unwrap_or_default());
            if token.expose().is_empty() || !is_header_value(token.expose()) {
                return Successor::Unreadable;
            }
            Successor::Token(Arc::new(token))
        }
        Err(_) => Successor::Unreadable,
    }
}

fn read(response: &Response, issuer: &Issuer) -> Result<Granted, Failure> {
    let status = response.status;
    if (300..400).contains(&status) {
        return Err(redirected(status, response.header("location")));
    }
    let json = response.body.expose().trim_ascii_start();
    let body = match json.first() {
        Some(b'{') => serde_json::from_slice::<Body>(json).ok(),
        _ => None,
    };
    let Some(body) = body else { return Err(not_json(response)) };
    // RFC 6749 sends errors with status 400. Some proxies and servers send them with 200.
    if let Field::Text(error) = &body.error {
        let description = body.error_description.text();
        return Err(oauth_error::classify(issuer, error, description.as_deref(), status));
    }
    if status >= 400 {
        return Err(bad_status(status, "an answer without an OAuth error"));
    }
    granted(body, issuer)
}

fn granted(body: Body, issuer: &Issuer) -> Result<Granted, Failure> {
    let access_token = Secret::new(body.access_token.text().unwrap_or_default());
    let refuse = |what: &str| {
        Err(Failure {
            retryable: false,
            ..Failure::new(Code::BadResponse, format!("The token response {what}."))
        })
    };
    if body.token_type.text().is_some_and(|kind| kind.eq_ignore_ascii_case("dpop")) {
        return Err(Failure::new(Code::DpopRequired, "The token is bound to a DPoP key."));
    }
    let token = access_token.expose();
    if token.is_empty() {
        return refuse("holds no access_token");
    }
    if !is_header_value(token) {
        return refuse("holds an access_token that no HTTP header can carry");
    }
    let instance_url = body.instance_url.text();
    if instance_url.is_none() && issuer.needs_instance_url {
        return refuse("holds no instance_url");
    }
    Ok(Granted {
        access_token,
        instance_url,
        id: body.id.text(),
        scope: body.scope.text().filter(|scope| scope.len() <= LONGEST_SCOPE),
        expires_in: body.expires_in.seconds(),
    })
}

fn is_header_value(token: &str) -> bool {
    token.len() <= LONGEST_TOKEN && token.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::super::salesforce::SALESFORCE;
    use super::*;
    use proptest::prelude::*;

    const NOW: Moment = Moment { wall: 1_700_000_000_000_000, monotonic: 0, boot: 0 };

    fn answer(status: u16, body: &str) -> Response {
        Response { status, headers: vec![], body: Secret::new(body.into()) }
    }

    fn failure(status: u16, body: &str) -> Failure {
        parse(&answer(status, body), &SALESFORCE, NOW).err().expect("a failure")
    }

    const GOOD: &str = r#"{"access_token":"00D!x","instance_url":"https://a.my.salesforce.com"}"#;

    #[test]
    fn only_token_and_instance_url_are_needed() {
        let granted = parse(&answer(200, GOOD), &SALESFORCE, NOW).ok().unwrap();
        assert_eq!(granted.access_token.expose(), "00D!x");
        assert_eq!(granted.expires_in, None);
    }

    #[test]
    fn a_life_is_read_from_numbers_and_strings() {
        for (field, life) in [
            ("3600", Some(3_600)),
            ("\"3600\"", Some(3_600)),
            ("0", Some(0)),
            ("-1", Some(0)),
            ("null", None),
            ("\"soon\"", None),
        ] {
            let body = GOOD.replace('}', &format!(",\"expires_in\":{field}}}"));
            let granted = parse(&answer(200, &body), &SALESFORCE, NOW).ok().unwrap();
            assert_eq!(granted.expires_in, life.map(Duration::from_secs), "{field}");
        }
        let body = GOOD.replace('}', ",\"expires_in\":1e308}");
        assert_eq!(
            parse(&answer(200, &body), &SALESFORCE, NOW).ok().unwrap().expires_in,
            Some(Duration::MAX)
        );
    }

    #[test]
    fn strange_optional_fields_do_not_spoil_a_token() {
        let strange = r#","scope":["api"],"id":{},"expires_in":true,"error":null}"#;
        let granted =
            parse(&answer(200, &GOOD.replace('}', strange)), &SALESFORCE, NOW).ok().unwrap();
        assert_eq!((granted.scope, granted.id, granted.expires_in), (None, None, None));
    }

    #[test]
    fn answers_that_are_no_token_response() {
        for (status, body, code, retryable) in [
            (200, "<html>log in</html>", Code::BadResponse, true),
            (200, "{\"access_token\":\"00D!x", Code::BadResponse, true),
            (200, "", Code::BadResponse, true),
            (200, "[]", Code::BadResponse, true),
            (200, "{}", Code::BadResponse, false),
            (200, r#"{"access_token":"00D!x"}"#, Code::BadResponse, false),
            (200, r#"{"access_token":"","instance_url":"x"}"#, Code::BadResponse, false),
            (200, r#"{"access_token":7,"instance_url":"x"}"#, Code::BadResponse, false),
            (200, r#"{"access_token":"a\r\nb","instance_url":"x"}"#, Code::BadResponse, false),
            (200, r#"{"access_token":"é","instance_url":"x"}"#, Code::BadResponse, false),
            (200, r#"{"access_token":"a","access_token":"b"}"#, Code::BadResponse, true),
            (200, r#"{"error":"invalid_client_id"}"#, Code::ClientIdInvalid, false),
            (200, r#"{"access_token":"a","token_type":"DPoP"}"#, Code::DpopRequired, false),
            (307, "", Code::RedirectRefused, false),
            (404, "<html>", Code::BadResponse, false),
            (400, "{}", Code::BadResponse, false),
            (408, "", Code::ServerUnavailable, true),
            (429, "", Code::RateLimited, true),
            (500, "<html>", Code::ServerUnavailable, true),
            (503, "{}", Code::ServerUnavailable, true),
        ] {
            let failure = failure(status, body);
            assert_eq!((failure.code, failure.retryable), (code, retryable), "{status} {body}");
            assert_eq!(failure.status, Some(status));
        }
        let long = GOOD.replace("00D!x", &"x".repeat(LONGEST_TOKEN + 1));
        assert_eq!(failure(200, &long).code, Code::BadResponse);
        let deep = "[".repeat(10_000);
        assert_eq!(failure(200, &deep).code, Code::BadResponse);
    }

    #[test]
    fn fault_67_a_redirect_is_told_with_the_host_that_it_points_to() {
        for (location, told) in [
            (
                Some("https://acme.my.salesforce.com/services/oauth2/token?x=1"),
                " to acme.my.salesforce.com (HTTP 302).",
            ),
            (Some("//ACME.my.site.com/x"), " to acme.my.site.com (HTTP 302)."),
            (Some("http://127.0.0.1:8080/x"), " to 127.0.0.1 (HTTP 302)."),
            (Some("/login?secret"), " to a page of its own (HTTP 302)."),
            (Some("login"), " to a page of its own (HTTP 302)."),
            (
                Some("https://user:secret@m\u{fc}ller.example/"),
                " to xn--mller-kva.example (HTTP 302).",
            ),
            (Some("https://\u{202e}evil.example"), "redirect (HTTP 302)."),
            (Some("https://{secret}.example"), "redirect (HTTP 302)."),
            (
                Some("https://secretsecretsecretsecretsecretsecretsecretsecretsecret.example"),
                "redirect (HTTP 302).",
            ),
            (Some("mailto:secret"), "redirect (HTTP 302)."),
            (Some("https://"), "redirect (HTTP 302)."),
            (None, "redirect (HTTP 302)."),
        ] {
            let headers = location.map(|text| ("location", text.to_owned()));
            let response = Response { headers: headers.into_iter().collect(), ..answer(302, "") };
            let failure = parse(&response, &SALESFORCE, NOW).err().expect("a failure");
            assert_eq!(failure.code, Code::RedirectRefused);
            assert!(failure.what.ends_with(told), "{location:?}: {}", failure.what);
            assert!(!failure.what.contains("secret"), "{}", failure.what);
        }
        assert!(SALESFORCE.more_headers.contains(&"location"));
    }

    #[test]
    fn every_4xx_is_final_but_for_408_and_429() {
        for status in 400..500 {
            for body in ["", "<html>", "{}"] {
                let passes = matches!(status, 408 | 429);
                assert_eq!(failure(status, body).retryable, passes, "{status} {body}");
            }
        }
    }

    #[test]
    fn a_date_to_wait_for_is_in_the_servers_time() {
        let response = Response {
            headers: vec![
                ("retry-after", "Tue, 14 Nov 2023 22:14:30 GMT".into()),
                ("date", "Tue, 14 Nov 2023 22:14:20 GMT".into()),
            ],
            ..answer(503, "")
        };
        let failure = parse(&response, &SALESFORCE, NOW).err().expect("a failure");
        assert_eq!(failure.retry_after, Some(Duration::from_secs(10)));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic_nor_reach_the_message(
            status in 100u16..600,
            body in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let response = Response { status, headers: vec![], body: Secret::new(body) };
            let _ = parse(&response, &SALESFORCE, NOW);
        }

        #[test]
        fn fault_12_a_body_is_never_echoed(secret in "[A-Za-z0-9]{24}", status in 200u16..600) {
            let html = format!("<html><body>{secret}</body></html>");
            prop_assert!(!failure(status, &html).to_string().contains(&secret));
        }
    }
}
