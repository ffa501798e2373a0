//! The configuration of a login by a refresh token.

use std::sync::Arc;

use napi::Either;
use napi_derive::napi;
use zeroize::Zeroizing;

use super::life::life;
use super::shared;
use crate::credential::{Client, ClientAuthentication, secret};
use crate::failure::Failure;
use crate::life::Life;
use crate::private_key::SigningKey;
use crate::source::login::{self, Login};

/// An app that has refresh tokens; `lib/` has checked the types.
#[napi(object, object_to_js = false)]
pub struct RefreshTokenConfig {
    /// Consumer key.
    pub client_id: String,
    /// Consumer secret.
    pub client_secret: Option<String>,
    /// Whether the secret goes into an `Authorization` header and not into the form.
    pub basic: Option<bool>,
    /// Text of the RSA private key that signs a client assertion in place of a secret.
    pub private_key: Option<String>,
    /// Host of the token endpoint.
    pub login_url: String,
    /// The org's host, if it is known.
    pub instance_url: Option<String>,
    /// The life of an access token: seconds, or `'session'`.
    pub token_ttl: Option<Either<f64, String>>,
    /// Seconds before the end of a token's life in which the token is not handed out.
    pub token_buffer: Option<f64>,
    /// Whether the app rotates refresh tokens, if that is known.
    pub rotation: Option<bool>,
}

pub(super) fn login(config: RefreshTokenConfig, refresh_token: String) -> Result<Login, Failure> {
    let refresh_token = Zeroizing::new(refresh_token);
    let life = life(config.token_ttl.clone(), config.token_buffer, Life::SESSION_TTL)?;
    let (rotates, instance_url) = (config.rotation, config.instance_url.clone());
    let checked = login::RefreshTokenConfig {
        client: client(config)?,
        refresh_token: secret("refreshToken", &refresh_token)?,
        rotates,
        instance_url: instance_url.as_deref(),
        life,
    };
    Login::by_refresh_token(shared::known_lineages()?, checked)
}

/// The app and its client authentication.
pub(super) fn client(config: RefreshTokenConfig) -> Result<Client, Failure> {
    let authentication = authentication(config.client_secret, config.basic, config.private_key)?;
    Client::new(&config.client_id, authentication, &config.login_url)
}

fn authentication(
    client_secret: Option<String>,
    basic: Option<bool>,
    private_key: Option<String>,
) -> Result<ClientAuthentication, Failure> {
    if let Some(key) = private_key.map(Zeroizing::new) {
        return Ok(ClientAuthentication::Assertion(Arc::new(SigningKey::parse(&key)?)));
    }
    let Some(text) = client_secret.map(Zeroizing::new) else {
        return Ok(ClientAuthentication::None);
    };
    let secret = secret("clientSecret", &text)?;
    Ok(if basic == Some(true) {
        ClientAuthentication::Basic(secret)
    } else {
        ClientAuthentication::Form(secret)
    })
}
