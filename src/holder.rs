//! Who asks for tokens: what it trades for them, and the name under which they are kept.

use std::sync::Arc;

use crate::client::Client;
use crate::credential::Credential;
use crate::failure::Failure;
use crate::identity::{Identity, IdentityKey};
use crate::lineage::Lineage;
use crate::lineages::Lineages;
use crate::origin::BaseUrl;
use crate::secret::Secret;
use crate::token::Life;

/// What is traded for an access token (RFC 6749 §1.3).
#[derive(Clone)]
pub enum Grant {
    /// Assertions signed with a private key.
    JwtBearer(Arc<Credential>),
    /// A refresh token, whichever of its lineage is the youngest.
    RefreshToken(Arc<RefreshToken>),
}

/// A user's refresh token at an app.
pub struct RefreshToken {
    /// The app.
    pub client: Client,
    /// The org's host, if it is configured; the token response names the one that is used.
    pub instance_url: Option<BaseUrl>,
    /// How long an access token is kept.
    pub life: Life,
    /// All refresh tokens that this one led to.
    pub lineage: Arc<Lineage>,
    /// Where they are found again.
    pub lineages: Arc<Lineages>,
}

/// A grant together with the name of its access token, computed once.
#[derive(Clone)]
pub struct Holder {
    /// What is traded.
    pub grant: Grant,
    /// The name of the token.
    pub identity: Identity,
}

impl Holder {
    /// Names the credential's token. Everything that changes the token or its life takes part.
    pub fn new(credential: Credential) -> Self {
        let key = IdentityKey::derive(credential.key.canonical_der().expose());
        let (ttl, buffer) = credential.life.milliseconds();
        let identity = key.identity([
            "jwt-bearer",
            &credential.login_url.site(),
            &credential.instance_url.origin(),
            // An explicit audience differs from the default even if it spells the same origin:
            // it gets no fallback.
            if credential.audience.is_some() { "explicit" } else { "default" },
            credential.audience.as_deref().unwrap_or_default(),
            &credential.client_id,
            &credential.username,
            &ttl.to_string(),
            &buffer.to_string(),
        ]);
        Self { grant: Grant::JwtBearer(Arc::new(credential)), identity }
    }

    /// Whether the user has forgotten its refresh token.
    pub fn is_forgotten(&self) -> bool {
        matches!(&self.grant, Grant::RefreshToken(token) if token.lineage.is_forgotten())
    }

    /// Finds the lineage of a refresh token, or begins one, and names its token. The name is that of
    /// the lineage alone: whoever holds one of its refresh tokens shares its access token, under
    /// whichever life the one has set whose call brought it.
    ///
    /// # Errors
    /// `REFRESH_TOKENS_FULL`; `CONFIG_INVALID` for the instance URL.
    pub fn of_refresh_token(
        lineages: Arc<Lineages>,
        client: Client,
        refresh_token: Secret,
        rotates: Option<bool>,
        instance_url: Option<&str>,
        life: Life,
    ) -> Result<Self, Failure> {
        let instance_url =
            instance_url.map(|text| BaseUrl::parse("instanceUrl", text)).transpose()?;
        let lineage = lineages.find_or_begin(&client, refresh_token, rotates)?;
        let identity = IdentityKey::derive(lineage.id()).identity(["refresh-token"]);
        let token = RefreshToken { client, instance_url, life, lineage, lineages };
        Ok(Self { grant: Grant::RefreshToken(Arc::new(token)), identity })
    }
}
