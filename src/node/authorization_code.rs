//! An authorization code → the first refresh token.

use napi::Env;
use napi::bindgen_prelude::{PromiseRaw, Result};
use napi_derive::napi;
use zeroize::Zeroizing;

use super::outcome::Refusal;
use super::promise::promise;
use super::refresh_token::{RefreshTokenConfig, client};
use super::secret_text::SecretText;
use super::token_source::TokenSource;
use crate::authorization_server::salesforce::Refreshed;
use crate::credential::{name, secret};
use crate::failure::Failure;
use crate::grant::authorization_code::AuthorizationCode;
use crate::token::Successor;

/// What the login page sent to the redirect URI, and values of the authorization request.
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
    /// The failure, if there is one.
    pub refusal: Option<Refusal>,
    /// The refresh token to store; absent if the app lacks the scope.
    #[napi(ts_type = "string")]
    pub refresh_token: Option<SecretText>,
    /// An access token.
    #[napi(ts_type = "string")]
    pub access_token: Option<SecretText>,
    /// The org's API host.
    pub instance_url: Option<String>,
    /// Salesforce's identity URL.
    pub identity_url: Option<String>,
    /// Granted scopes.
    pub scope: Option<String>,
}

/// An app as its login page names it, checked.
#[derive(Default)]
#[napi(object, object_from_js = false)]
pub struct LoginPage {
    /// Why there is none.
    pub refusal: Option<Refusal>,
    /// The URL below which the login page lies, without a slash at its end.
    pub site: Option<String>,
    /// Consumer key.
    pub client_id: Option<String>,
    /// The redirect URI.
    pub redirect_uri: Option<String>,
}

/// Checks an app as a request for tokens does.
#[napi(catch_unwind)]
pub fn login_page(config: RefreshTokenConfig, redirect_uri: String) -> LoginPage {
    let checked = || -> std::result::Result<LoginPage, Failure> {
        let client = client(config)?;
        Ok(LoginPage {
            refusal: None,
            site: Some(client.login_url.site()),
            client_id: Some(client.id),
            redirect_uri: Some(name("redirectUri", &redirect_uri)?),
        })
    };
    checked().unwrap_or_else(|failure| LoginPage {
        refusal: Some(Refusal::from(&failure)),
        ..LoginPage::default()
    })
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
        let client = client(config)?;
        let code = AuthorizationCode {
            code: secret("code", &Zeroizing::new(code.code))?,
            verifier: secret("codeVerifier", &Zeroizing::new(code.code_verifier))?,
            redirect_uri: name("redirectUri", &code.redirect_uri)?,
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
        let refresh_token = match redeemed.successor {
            Successor::Token(token) => Some(SecretText::from(&*token)),
            Successor::None | Successor::Unreadable => None,
        };
        match redeemed.token {
            Ok(token) => Self {
                refresh_token,
                access_token: Some(SecretText::from(&token.value)),
                instance_url: token.instance_url,
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
