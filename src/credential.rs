//! The validated configuration of one login, with its secret.

use crate::failure::Failure;
use crate::origin::BaseUrl;
use crate::private_key::SigningKey;
use crate::token::Life;

/// Longer than any consumer key or user name of Salesforce's.
const LONGEST_NAME: usize = 1_024;

/// What a user configures for the JWT bearer flow (RFC 7523), checked.
pub struct Credential {
    /// The app's consumer key: `iss` and, in Salesforce's words, the client id.
    pub client_id: String,
    /// The Salesforce user to act as: `sub`.
    pub username: String,
    /// Where tokens are asked for.
    pub login_url: BaseUrl,
    /// The org's host as configured; the token response names the one that is used.
    pub instance_url: BaseUrl,
    /// An explicit `aud`. It gets no fallback.
    pub audience: Option<String>,
    /// How long tokens are kept.
    pub life: Life,
    /// Signs the assertions.
    pub key: SigningKey,
}

impl Credential {
    /// Checks a configuration. `login_url` defaults to `instance_url`.
    ///
    /// # Errors
    /// `CONFIG_INVALID` or `PRIVATE_KEY_INVALID`, naming the option and never its value.
    pub fn new(
        client_id: &str,
        username: &str,
        private_key: &str,
        instance_url: &str,
        login_url: Option<&str>,
        audience: Option<&str>,
        life: Life,
    ) -> Result<Self, Failure> {
        let instance_url = BaseUrl::parse("instanceUrl", instance_url)?;
        Ok(Self {
            client_id: name("clientId", client_id)?,
            username: name("username", username)?,
            login_url: match login_url {
                Some(text) => BaseUrl::parse("loginUrl", text)?,
                None => instance_url.clone(),
            },
            instance_url,
            audience: audience.map(|text| name("audience", text)).transpose()?,
            life,
            key: SigningKey::parse(private_key)?,
        })
    }
}

/// Names go into the assertion as they are, so only what can be no name is refused.
pub(crate) fn name(option: &'static str, text: &str) -> Result<String, Failure> {
    let text = text.trim();
    let problem = if text.is_empty() {
        "is empty."
    } else if text.len() > LONGEST_NAME {
        "is longer than 1,024 bytes."
    } else if text.chars().any(char::is_control) {
        "holds control characters, such as a line end."
    } else {
        return Ok(text.to_owned());
    };
    Err(Failure::of_option(option, format!("{option} {problem}")))
}
