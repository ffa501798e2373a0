//! When an access token expires that is a JWT (RFC 9068): its claim `exp`. The signature is not
//! verified, because the claim only ever shortens a life.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::field::Field;

#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    exp: Field,
}

/// The time of expiry since the Unix epoch, by the issuer's clock. None if the token is no JWT, or one
/// without a readable `exp`. A token is at most 16 KiB long, which bounds the work.
pub(super) fn expiry(token: &str) -> Option<Duration> {
    let mut parts = token.split('.');
    let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || ![header, payload, signature].into_iter().all(is_base64url) {
        return None;
    }
    let json = Zeroizing::new(URL_SAFE_NO_PAD.decode(payload).ok()?);
    // serde reads an array as an object, too.
    if json.first() != Some(&b'{') {
        return None;
    }
    serde_json::from_slice::<Claims>(&json).ok()?.exp.seconds()
}

fn is_base64url(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn jwt(payload: &str) -> String {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.{}", encode(r#"{"alg":"RS256"}"#), encode(payload), encode("signature"))
    }

    #[test]
    fn exp_is_read_from_a_jwt() {
        let seconds = |payload| expiry(&jwt(payload)).map(|time| time.as_secs_f64());
        for (payload, time) in [
            (r#"{"sub":"005","exp":1700000000,"nested":{"exp":1}}"#, Some(1.7e9)),
            (r#"{"exp":1700000000.5}"#, Some(1_700_000_000.5)),
            (r#"{"exp":"1700000000"}"#, Some(1.7e9)),
            (r#"{"exp":-1}"#, Some(0.0)),
            (r#"{"exp":null}"#, None),
            (r#"{"exp":"soon"}"#, None),
            (r#"{"exp":1,"exp":2}"#, None),
            (r#"{"iat":1700000000}"#, None),
            (r"[1700000000]", None),
            ("1700000000", None),
            (r#"{"exp":1700000000"#, None),
        ] {
            assert_eq!(seconds(payload), time, "{payload}");
        }
    }

    #[test]
    fn what_is_no_jwt_has_no_expiry() {
        let good = jwt(r#"{"exp":1700000000}"#);
        let [header, payload, signature]: [_; 3] =
            good.split('.').collect::<Vec<_>>().try_into().unwrap();
        for bad in [
            String::new(),
            "00D000000000001!AQEAQ.secret.x_y".to_owned(),
            format!("{header}.{payload}"),
            format!("{good}.{signature}"),
            format!("{header}!.{payload}.{signature}"),
            format!("{header}.{payload}=.{signature}"),
            format!("{header}.{payload}.sig+nature"),
        ] {
            assert_eq!(expiry(&bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_token_makes_it_panic(token in "[!-~]{0,200}", payload in ".{0,100}") {
            expiry(&token);
            expiry(&jwt(&payload));
        }
    }
}
