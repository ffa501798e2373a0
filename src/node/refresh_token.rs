//! The configuration of an app that holds refresh tokens, and the exchange that brings the first one.

use napi::Either;
use napi::Env;
use napi::bindgen_prelude::{PromiseRaw, Result};
use napi_derive::napi;
use zeroize::Zeroizing;

use super::login;
use super::outcome::Refusal;
use super::process;
use super::promise::promise;
use super::token_source::TokenSource;
use crate::authorization_server::Refreshed;
use crate::client::{Client, ClientAuthentication, secret};
use crate::failure::Failure;
use crate::grant::authorization_code::AuthorizationCode;
use crate::holder::Holder;
use crate::lineage::Younger;
use crate::private_key::SigningKey;
use crate::token::Life;

/// An app that holds refresh tokens; `lib/` has checked the types.
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
    /// Seconds, or `'session'`.
    pub token_ttl: Option<Either<f64, String>>,
    /// Seconds.
    pub token_buffer: Option<f64>,
    /// Whether the app rotates refresh tokens, if that is known.
    pub rotation: Option<bool>,
}

pub(super) fn holder(
    config: RefreshTokenConfig,
    refresh_token: &str,
) -> std::result::Result<Holder, Failure> {
    let life = login::life(config.token_ttl, config.token_buffer, Life::SESSION_TTL)?;
    let authentication = authentication(config.client_secret, config.basic, config.private_key)?;
    let client = Client::new(&config.client_id, authentication, &config.login_url)?;
    let refresh_token = secret("refreshToken", refresh_token)?;
    let instance_url = config.instance_url.as_deref();
    let (lineages, rotates) = (process::lineages()?, config.rotation);
    Holder::of_refresh_token(lineages, client, refresh_token, rotates, instance_url, life)
}

fn authentication(
    client_secret: Option<String>,
    basic: Option<bool>,
    private_key: Option<String>,
) -> std::result::Result<ClientAuthentication, Failure> {
    if let Some(key) = private_key.map(Zeroizing::new) {
        return Ok(ClientAuthentication::Assertion(SigningKey::parse(&key)?));
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

/// What a user came back with from the login page.
#[napi(object, object_to_js = false)]
pub struct CodeConfig {
    /// The authorization code.
    pub code: String,
    /// The code verifier.
    pub code_verifier: String,
    /// The redirect URI.
    pub redirect_uri: String,
}

/// What an authorization code was traded for.
#[derive(Default)]
#[napi(object, object_from_js = false)]
pub struct Redeemed {
    /// Why there is nothing.
    pub refusal: Option<Refusal>,
    /// The refresh token to keep; absent if the app lacks the scope.
    pub refresh_token: Option<String>,
    /// An access token.
    pub access_token: Option<String>,
    /// The org's API host.
    pub instance_url: Option<String>,
    /// Salesforce's identity URL.
    pub identity_url: Option<String>,
    /// Granted scopes.
    pub scope: Option<String>,
}

/// Trades an authorization code for the first refresh token. Never rejects: a failure is a value.
///
/// # Errors
/// None.
#[napi(catch_unwind, ts_return_type = "Promise<Redeemed>")]
pub fn redeem<'env>(
    env: &'env Env,
    source: &TokenSource,
    config: RefreshTokenConfig,
    code: CodeConfig,
) -> Result<PromiseRaw<'env, Redeemed>> {
    let ready = source.source.clone().and_then(|source| {
        let proof = authentication(config.client_secret, config.basic, config.private_key)?;
        let client = Client::new(&config.client_id, proof, &config.login_url)?;
        let code = AuthorizationCode {
            code: secret("code", &Zeroizing::new(code.code))?,
            verifier: secret("codeVerifier", &Zeroizing::new(code.code_verifier))?,
            redirect_uri: code.redirect_uri,
        };
        Ok((source, client, code))
    });
    let ask = || async move {
        let (source, client, code) = ready?;
        Ok(source.redeem(&client, &code).await?)
    };
    promise(env, ask, |redeemed| match redeemed {
        Ok(redeemed) => Redeemed::from(redeemed),
        Err(failure) => Redeemed { refusal: Some(Refusal::from(&*failure)), ..Redeemed::default() },
    })
}

impl From<Refreshed> for Redeemed {
    fn from(redeemed: Refreshed) -> Self {
        let refresh_token = match redeemed.refresh_token {
            Younger::Token(token) => Some(token.expose().clone()),
            Younger::None | Younger::Unreadable => None,
        };
        match redeemed.token {
            Ok(token) => Self {
                refresh_token,
                access_token: Some(token.value.expose().clone()),
                instance_url: Some(token.instance_url),
                identity_url: token.identity_url,
                scope: token.scope,
                refusal: None,
            },
            Err(failure) => {
                Self { refresh_token, refusal: Some(Refusal::from(&failure)), ..Self::default() }
            }
        }
    }
}
