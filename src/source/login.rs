//! Who asks for tokens: by which grant, and under which name the token is cached.

use std::sync::Arc;

use crate::credential::{Client, JwtCredential};
use crate::failure::Failure;
use crate::identity::{Identity, IdentityKey};
use crate::life::Life;
use crate::lineage::{KnownLineages, Lineage};
use crate::origin::BaseUrl;
use crate::secret::Secret;

/// What is traded for an access token (RFC 6749 §1.3).
#[derive(Clone)]
pub enum Grant {
    /// Assertions signed with a private key.
    JwtBearer(Arc<JwtCredential>),
    /// The newest refresh token of a lineage.
    RefreshToken(Arc<RefreshTokenGrant>),
}

/// A user's refresh token at an app.
pub struct RefreshTokenGrant {
    /// The app.
    pub client: Client,
    /// The org's host, if it is configured. API calls use the host that the token response names.
    pub instance_url: Option<BaseUrl>,
    /// How long an access token is used.
    pub life: Life,
    /// The refresh token and its successors.
    pub lineage: Arc<Lineage>,
    /// The table by which each successor finds the lineage.
    pub known: Arc<KnownLineages>,
}

/// What a user configures for a login by a refresh token.
pub struct RefreshTokenConfig<'a> {
    /// The app.
    pub client: Client,
    /// Any refresh token of a lineage.
    pub refresh_token: Secret,
    /// Whether the app rotates refresh tokens, if the user says so.
    pub rotates: Option<bool>,
    /// The org's host, if it is known.
    pub instance_url: Option<&'a str>,
    /// How long an access token is used.
    pub life: Life,
}

/// Who asks: a grant, together with the name of its access token.
#[derive(Clone)]
pub struct Login {
    /// What is traded.
    pub grant: Grant,
    /// The name of the token.
    pub identity: Identity,
}

impl Login {
    /// The URL of the host that is asked.
    pub fn login_url(&self) -> &BaseUrl {
        match &self.grant {
            Grant::JwtBearer(credential) => &credential.login_url,
            Grant::RefreshToken(token) => &token.client.login_url,
        }
    }

    /// A login by the JWT bearer grant. Everything that changes the token or its life is part of the
    /// name.
    pub fn by_jwt(credential: JwtCredential) -> Self {
        let (ttl, buffer) = credential.life.milliseconds();
        let identity = credential.signer.identity_key().identity([
            "jwt-bearer",
            &credential.login_url.site(),
            &credential.instance_url.origin(),
            // An explicit audience differs from an equal default, because no other audience is
            // tried then.
            if credential.audience.is_some() { "explicit" } else { "default" },
            credential.audience.as_deref().unwrap_or_default(),
            &credential.client_id,
            &credential.username,
            &ttl.to_string(),
            &buffer.to_string(),
        ]);
        Self { grant: Grant::JwtBearer(Arc::new(credential)), identity }
    }

    /// A login by a refresh token. Finds the lineage of the token, or begins a lineage. Only the
    /// lineage is part of the name, so all logins of a lineage share one access token. The life of
    /// the access token is set by the login that minted it.
    ///
    /// # Errors
    /// `CONFIG_INVALID` if the instance URL is not usable; `REFRESH_TOKENS_FULL` if no more
    /// lineages may begin; `INTERNAL` if the system gives no random numbers.
    pub fn by_refresh_token(
        known: Arc<KnownLineages>,
        config: RefreshTokenConfig,
    ) -> Result<Self, Failure> {
        let RefreshTokenConfig { client, refresh_token, rotates, instance_url, life } = config;
        let instance_url =
            instance_url.map(|text| BaseUrl::parse("instanceUrl", text)).transpose()?;
        let lineage = known.find_or_begin(&client, refresh_token, rotates)?;
        let identity = IdentityKey::derive(lineage.id()).identity(["refresh-token"]);
        let grant = RefreshTokenGrant { client, instance_url, life, lineage, known };
        Ok(Self { grant: Grant::RefreshToken(Arc::new(grant)), identity })
    }

    /// Whether the user has forgotten the refresh token of the login.
    pub fn is_forgotten(&self) -> bool {
        matches!(&self.grant, Grant::RefreshToken(token) if token.lineage.is_forgotten())
    }
}
