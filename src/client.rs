//! The app as the authorization server knows it: client id and client authentication.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::credential::name;
use crate::failure::Failure;
use crate::origin::BaseUrl;
use crate::private_key::SigningKey;
use crate::secret::Secret;

/// Longer than any client secret or token that Salesforce issues.
const LONGEST_SECRET: usize = 16 * 1_024;

/// How the app proves that it is the one (RFC 6749 §2.3).
pub enum ClientAuthentication {
    /// A public client: not at all.
    None,
    /// The client secret in the form.
    Form(Secret),
    /// The client secret in an `Authorization` header (RFC 7617).
    Basic(Secret),
    /// A signed assertion in place of a secret (RFC 7523 §2.2).
    Assertion(SigningKey),
}

impl ClientAuthentication {
    /// The client secret, if there is one.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::Form(secret) | Self::Basic(secret) => Some(secret),
            Self::None | Self::Assertion(_) => None,
        }
    }
}

/// An app at its authorization server, checked.
pub struct Client {
    /// The consumer key.
    pub id: String,
    /// How it authenticates itself.
    pub authentication: ClientAuthentication,
    /// Where tokens are asked for.
    pub login_url: BaseUrl,
}

impl Client {
    /// Checks the client id and the URL.
    ///
    /// # Errors
    /// `CONFIG_INVALID`, naming the option and never its value.
    pub fn new(
        id: &str,
        authentication: ClientAuthentication,
        login_url: &str,
    ) -> Result<Self, Failure> {
        Ok(Self {
            id: name("clientId", id)?,
            authentication,
            login_url: BaseUrl::parse("loginUrl", login_url)?,
        })
    }

    /// What it proves itself with, as text: two clients of equal proof are one. A public client has
    /// none.
    pub fn proof(&self) -> Zeroizing<String> {
        Zeroizing::new(match &self.authentication {
            ClientAuthentication::None => String::new(),
            ClientAuthentication::Form(secret) | ClientAuthentication::Basic(secret) => {
                format!("secret {}", secret.expose())
            }
            ClientAuthentication::Assertion(key) => {
                format!("key {}", URL_SAFE_NO_PAD.encode(key.canonical_der().expose()))
            }
        })
    }
}

/// Reads a client secret, a refresh token or an authorization code.
///
/// # Errors
/// `CONFIG_INVALID`, naming the option and never its value.
pub fn secret(option: &'static str, text: &str) -> Result<Secret, Failure> {
    let text = text.trim();
    let problem = if text.is_empty() {
        "is empty."
    } else if text.len() > LONGEST_SECRET {
        "is longer than 16 KiB."
    } else if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        "holds characters that cannot be part of it, such as a space or a line end."
    } else {
        return Ok(Secret::new(text.to_owned()));
    };
    Err(Failure::of_option(option, format!("{option} {problem}")))
}
