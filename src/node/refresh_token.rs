//! The configuration of an app that holds refresh tokens, and the exchange that brings the first one.

use napi::Either;
use napi::Env;
use napi::bindgen_prelude::{PromiseRaw, Result};
use napi_derive::napi;
use zeroize::Zeroizing;

use super::login;
use super::outcome::Refusal;
use super::process;
use super::token_source::TokenSource;
use crate::client::{Client, ClientAuthentication, secret};
use crate::failure::Failure;
use crate::grant::authorization_code::AuthorizationCode;
use crate::holder::Holder;
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
    env.spawn_future(async move {
        let redeemed = async {
            let (source, client, code) = ready?;
            source.redeem(&client, &code).await
        };
        Ok(match redeemed.await {
            Ok(redeemed) => {
                let token = redeemed.token;
                let refusal = token.as_ref().err().map(Refusal::from);
                let token = token.ok();
                Redeemed {
                    refusal,
                    refresh_token: redeemed.refresh_token.map(|text| text.expose().clone()),
                    instance_url: token.as_ref().map(|token| token.instance_url.clone()),
                    identity_url: token.as_ref().and_then(|token| token.identity_url.clone()),
                    scope: token.as_ref().and_then(|token| token.scope.clone()),
                    access_token: token.map(|token| token.value.expose().clone()),
                }
            }
            Err(failure) => Redeemed {
                refusal: Some(Refusal::from(&failure)),
                refresh_token: None,
                access_token: None,
                instance_url: None,
                identity_url: None,
                scope: None,
            },
        })
    })
}
