//! The signed RS256 JWT that says who we are (RFC 7523 §3).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, Header};
use serde::Serialize;

use crate::clock::Moment;
use crate::credential::Credential;
use crate::entropy::random;
use crate::failure::{Code, Failure};
use crate::private_key::SigningKey;
use crate::secret::Secret;

/// Salesforce documents three minutes as the longest life of an assertion.
const LIFE: Duration = Duration::from_secs(180);

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: u64,
    /// Salesforce refuses a repeated one, and some servers two equal assertions of one second.
    jti: String,
}

/// Signs a new assertion for `audience`. Every attempt needs its own, because of `jti` and `exp`.
///
/// jsonwebtoken's own signer parses the key at every call (0.75 ms against 0.30), so its header is
/// taken and the kept key signs; `tests/` proves the result with jsonwebtoken's decoder.
///
/// # Errors
/// `INTERNAL` if the system's random numbers or the key fail.
pub fn sign(
    credential: &Credential,
    audience: &str,
    now: Moment,
) -> Result<Secret<String>, Failure> {
    signed(&credential.key, &credential.client_id, &credential.username, audience, now)
}

/// Signs a new assertion by which an app proves itself (RFC 7523 §2.2): it is its own subject.
///
/// # Errors
/// `INTERNAL` if the system's random numbers or the key fail.
pub fn sign_client(
    client_id: &str,
    key: &SigningKey,
    audience: &str,
    now: Moment,
) -> Result<Secret<String>, Failure> {
    signed(key, client_id, client_id, audience, now)
}

fn signed(
    key: &SigningKey,
    iss: &str,
    sub: &str,
    aud: &str,
    now: Moment,
) -> Result<Secret<String>, Failure> {
    let nonce: [u8; 16] = random()?;
    let claims = Claims {
        iss,
        sub,
        aud,
        exp: now.after(LIFE).unix_seconds(),
        jti: URL_SAFE_NO_PAD.encode(nonce),
    };
    let mut jwt = String::with_capacity(1_024);
    encode(&Header::new(Algorithm::RS256), &mut jwt)?;
    jwt.push('.');
    encode(&claims, &mut jwt)?;
    let signature = key.sign(jwt.as_bytes())?;
    jwt.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut jwt);
    Ok(Secret::new(jwt))
}

fn encode(part: &impl Serialize, jwt: &mut String) -> Result<(), Failure> {
    let json = serde_json::to_vec(part)
        .map_err(|_| Failure::new(Code::Internal, "The assertion cannot be written."))?;
    URL_SAFE_NO_PAD.encode_string(json, jwt);
    Ok(())
}
