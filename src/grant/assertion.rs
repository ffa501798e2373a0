//! The signed RS256 JWT that says who we are (RFC 7523 §3).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, Header};
use serde::Serialize;

use crate::clock::Moment;
use crate::credential::JwtCredential;
use crate::entropy::random;
use crate::failure::{Code, Failure};
use crate::private_key::Signer;
use crate::secret::Secret;

/// Salesforce documents three minutes as the longest life of an assertion.
const LIFE: Duration = Duration::from_secs(180);

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: u64,
    /// Salesforce refuses a repeated `jti`. Some servers refuse two equal assertions of one second.
    jti: String,
}

/// Signs a new assertion for `audience`. Every attempt needs a new assertion, because of `jti` and
/// `exp`.
///
/// # Errors
/// The failure of the signer; `INTERNAL` if the system gives no random numbers.
pub async fn sign(
    credential: &JwtCredential,
    audience: &str,
    now: Moment,
) -> Result<Secret<String>, Failure> {
    let JwtCredential { client_id, username, signer, .. } = credential;
    signed(&**signer, Claims::new(client_id, username, audience, now)?).await
}

/// Signs a new assertion by which an app authenticates itself (RFC 7523 §2.2). The app is both
/// issuer and subject.
///
/// # Errors
/// As [`sign`].
pub async fn sign_client(
    client_id: &str,
    signer: &dyn Signer,
    audience: &str,
    now: Moment,
) -> Result<Secret<String>, Failure> {
    signed(signer, Claims::new(client_id, client_id, audience, now)?).await
}

impl<'a> Claims<'a> {
    fn new(iss: &'a str, sub: &'a str, aud: &'a str, now: Moment) -> Result<Self, Failure> {
        let nonce: [u8; 16] = random()?;
        let jti = URL_SAFE_NO_PAD.encode(nonce);
        Ok(Self { iss, sub, aud, exp: now.after(LIFE).unix_seconds(), jti })
    }
}

/// jsonwebtoken's own signer parses the key at every call (0.75 ms instead of 0.30 ms). So
/// jsonwebtoken only makes the header, and `signer` signs. `tests/` checks the result with
/// jsonwebtoken's decoder.
async fn signed(signer: &dyn Signer, claims: Claims<'_>) -> Result<Secret<String>, Failure> {
    let mut jwt = String::with_capacity(1_024);
    encode(&Header::new(Algorithm::RS256), &mut jwt)?;
    jwt.push('.');
    encode(&claims, &mut jwt)?;
    let signature = signer.sign(jwt.as_bytes()).await?;
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
