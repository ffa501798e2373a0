//! The app as the authorization server knows it: client id and client authentication.

use std::sync::Arc;

use super::text::name;
use crate::failure::Failure;
use crate::origin::BaseUrl;
use crate::private_key::Signer;
use crate::secret::Secret;

/// How the app authenticates itself (RFC 6749 §2.3).
pub enum ClientAuthentication {
    /// Not at all: a public client.
    None,
    /// The client secret in the form.
    Form(Secret),
    /// The client secret in an `Authorization` header (RFC 7617).
    Basic(Secret),
    /// A signed assertion in place of a secret (RFC 7523 §2.2).
    Assertion(Arc<dyn Signer>),
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

/// The checked configuration of an app at its authorization server.
pub struct Client {
    /// The consumer key.
    pub id: String,
    /// How the app authenticates itself.
    pub authentication: ClientAuthentication,
    /// The host of the token endpoint.
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

    /// The app's secret, or a name of its key, as text. Clients with equal proofs are the same app.
    /// A public client has an empty proof.
    pub fn proof(&self) -> Secret {
        Secret::new(match &self.authentication {
            ClientAuthentication::None => String::new(),
            ClientAuthentication::Form(secret) | ClientAuthentication::Basic(secret) => {
                format!("secret {}", secret.expose())
            }
            ClientAuthentication::Assertion(signer) => {
                format!("key {}", signer.identity_key().identity(["client proof"]).text())
            }
        })
    }
}
