//! The configuration of a login by the JWT bearer grant.

use napi::Either;
use napi_derive::napi;
use zeroize::Zeroizing;

use super::life::life;
use crate::credential::{self, JwtCredential};
use crate::failure::Failure;
use crate::life::Life;

/// A login by the JWT bearer grant; `lib/` has checked the types.
#[napi(object, object_to_js = false)]
pub struct JwtConfig {
    /// Consumer key.
    pub client_id: String,
    /// Text of the RSA private key.
    pub private_key: String,
    /// Salesforce user name.
    pub username: String,
    /// The org's host.
    pub instance_url: String,
    /// Host of the token endpoint.
    pub login_url: Option<String>,
    /// The claim `aud`.
    pub audience: Option<String>,
    /// The life of a token: seconds, or `'session'`.
    pub token_ttl: Option<Either<f64, String>>,
    /// Seconds before the end of a token's life in which the token is not handed out.
    pub token_buffer: Option<f64>,
}

pub(super) fn credential(config: JwtConfig) -> Result<JwtCredential, Failure> {
    let private_key = Zeroizing::new(config.private_key);
    let checked = credential::JwtConfig {
        client_id: &config.client_id,
        username: &config.username,
        instance_url: &config.instance_url,
        login_url: config.login_url.as_deref(),
        audience: config.audience.as_deref(),
        life: life(config.token_ttl, config.token_buffer, Life::DEFAULT_TTL)?,
    };
    JwtCredential::new(&checked, &private_key)
}
