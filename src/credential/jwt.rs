//! The checked configuration of a login by the JWT bearer grant.

use std::sync::Arc;

use super::text::name;
use crate::failure::Failure;
use crate::life::Life;
use crate::origin::BaseUrl;
use crate::private_key::{Signer, SigningKey};

/// What a user configures, besides the key.
pub struct JwtConfig<'a> {
    /// The app's consumer key.
    pub client_id: &'a str,
    /// The Salesforce user to act as.
    pub username: &'a str,
    /// The org's host.
    pub instance_url: &'a str,
    /// The host of the token endpoint, if it is not the org's host.
    pub login_url: Option<&'a str>,
    /// An explicit audience.
    pub audience: Option<&'a str>,
    /// How long tokens are used.
    pub life: Life,
}

/// The checked credential of a login by the JWT bearer grant (RFC 7523).
pub struct JwtCredential {
    /// The app's consumer key: `iss` and, in Salesforce's words, the client id.
    pub client_id: String,
    /// The Salesforce user to act as: `sub`.
    pub username: String,
    /// The host of the token endpoint.
    pub login_url: BaseUrl,
    /// The org's host as configured. API calls use the host that the token response names.
    pub instance_url: BaseUrl,
    /// An explicit `aud`. With it, no other audience is tried.
    pub audience: Option<String>,
    /// How long tokens are used.
    pub life: Life,
    /// Signs the assertions.
    pub signer: Arc<dyn Signer>,
}

impl JwtCredential {
    /// Checks a configuration with the text of its private key.
    ///
    /// # Errors
    /// `CONFIG_INVALID` or `PRIVATE_KEY_INVALID`, naming the option and never its value.
    pub fn new(config: &JwtConfig, private_key: &str) -> Result<Self, Failure> {
        Self::checked(config, || Ok(Arc::new(SigningKey::parse(private_key)?)))
    }

    /// Checks a configuration whose assertions are signed by `signer`.
    ///
    /// # Errors
    /// `CONFIG_INVALID`, naming the option and never its value.
    pub fn signed_by(config: &JwtConfig, signer: Arc<dyn Signer>) -> Result<Self, Failure> {
        Self::checked(config, || Ok(signer))
    }

    fn checked(
        config: &JwtConfig,
        signer: impl FnOnce() -> Result<Arc<dyn Signer>, Failure>,
    ) -> Result<Self, Failure> {
        let instance_url = BaseUrl::parse("instanceUrl", config.instance_url)?;
        Ok(Self {
            client_id: name("clientId", config.client_id)?,
            username: name("username", config.username)?,
            login_url: match config.login_url {
                Some(text) => BaseUrl::parse("loginUrl", text)?,
                None => instance_url.clone(),
            },
            instance_url,
            audience: config.audience.map(|text| name("audience", text)).transpose()?,
            life: config.life,
            signer: signer()?,
        })
    }
}
