//! Asking with what may be sent once only: a refresh token, an authorization code.

use std::time::Duration;

use super::issued::{self, Asked};
use super::patience::Patience;
use super::retry;
use super::{AuthorizationServer, response};
use crate::client::Client;
use crate::failure::{Code, Failure};
use crate::grant::authorization_code::{self, AuthorizationCode};
use crate::grant::{TokenRequest, refresh_token};
use crate::lineage::Younger;
use crate::origin::{BaseUrl, TrustedHosts};
use crate::secret::Secret;
use crate::token::{AccessToken, Life};

/// What an answer brought.
pub struct Refreshed {
    /// The access token, or why it cannot be used although the server issued it.
    pub token: Result<AccessToken, Failure>,
    /// What it says of the refresh token.
    pub refresh_token: Younger,
    /// From sending the request to its parsed answer.
    pub exchange: Duration,
}

/// Which org the tokens are for, and how long they are used.
pub struct Use<'a> {
    /// The org's host, if it is configured.
    pub instance_url: Option<&'a BaseUrl>,
    /// How long an access token is kept.
    pub life: Life,
    /// Whether the app may rotate refresh tokens.
    pub may_rotate: bool,
}

impl AuthorizationServer {
    /// Sends `token`, once. Only what never left this machine is tried again.
    ///
    /// # Errors
    /// What went wrong; `unspent` says whether `token` may be sent another time.
    pub async fn refresh(
        &self,
        client: &Client,
        token: &Secret,
        to: &Use<'_>,
    ) -> Result<Refreshed, Failure> {
        let request = || refresh_token::request(client, token, self.clock.now());
        let told = |failure| {
            without(about_the_grant(failure, Code::RefreshTokenInvalid), client, &[token])
        };
        self.send_once(client, to, request, told).await
    }

    /// Trades an authorization code for tokens.
    ///
    /// # Errors
    /// What went wrong. A code whose answer was lost may have been spent: a second use revokes what
    /// the first one brought (RFC 6749 §4.1.2).
    pub async fn redeem(
        &self,
        client: &Client,
        code: &AuthorizationCode,
    ) -> Result<Refreshed, Failure> {
        let to = Use { instance_url: None, life: Life::default(), may_rotate: true };
        let request = || authorization_code::request(client, code, self.clock.now());
        let sent = [&code.code, &code.verifier];
        let told = |failure| {
            without(about_the_grant(failure, Code::AuthorizationCodeInvalid), client, &sent)
        };
        self.send_once(client, &to, request, told).await.map_err(|failure| {
            if failure.unspent {
                return failure;
            }
            let what = format!("{} The authorization code may have been spent.", failure.what);
            let code = Code::AuthorizationCodeInvalid;
            Failure { code, what, retryable: code.is_retryable(), ..failure }
        })
    }

    async fn send_once(
        &self,
        client: &Client,
        to: &Use<'_>,
        request: impl Fn() -> Result<TokenRequest, Failure>,
        told: impl Fn(Failure) -> Failure,
    ) -> Result<Refreshed, Failure> {
        let told = |failure: Failure| {
            let what = format!("{} (Token host {}.)", failure.what, client.login_url.origin());
            let unspent = failure.unspent || is_refusal(&failure);
            told(Failure { what, unspent, ..failure })
        };
        let turn = || self.transport.turn(client.login_url.origin());
        let attempt = |timeout| self.ask_once(client, to, request(), timeout);
        let patience = if to.may_rotate { Patience::SENT_ONCE } else { Patience::NOT_REPLAYED };
        match retry::within(patience, &*self.clock, turn, attempt).await {
            Ok(refreshed) => Ok(Refreshed { token: refreshed.token.map_err(told), ..refreshed }),
            Err(failure) => Err(told(failure)),
        }
    }

    async fn ask_once(
        &self,
        client: &Client,
        to: &Use<'_>,
        request: Result<TokenRequest, Failure>,
        timeout: Duration,
    ) -> Result<Refreshed, Failure> {
        let request = request.map_err(|failure| Failure { unspent: true, ..failure })?;
        let minted = self.clock.now();
        let (number, answer) = self.post(&client.login_url, request, timeout).await?;
        let received = self.clock.now();
        let exchange = received.since(minted);
        let refresh_token = response::refresh_token(&answer);
        let parsed = response::parse(&answer, received);
        let is_grant = parsed.as_ref().map_or_else(|it| it.code == Code::DpopRequired, |_| true);
        let token = parsed.and_then(|granted| {
            let asked = Asked {
                trusted: TrustedHosts {
                    instance: to.instance_url.unwrap_or(&client.login_url),
                    login: &client.login_url,
                    allowed: &self.allowed_instance_hosts,
                },
                life: to.life,
                // An exchange that a freeze may cut off is not begun while nobody waits.
                ahead: false,
                exchange: number,
                minted,
                clock_skew: 0,
                status: answer.status,
                received,
            };
            issued::token(granted, &asked)
        });
        match token {
            // What a grant says of the refresh token counts whatever else is wrong with it, and a new
            // one is kept even if the answer is no grant.
            Err(failure) if !is_grant && !matches!(refresh_token, Younger::Token(_)) => {
                Err(if to.may_rotate { failure } else { taken_in_turn(failure) })
            }
            token => Ok(Refreshed {
                token: token.map_err(|failure| Failure { attempts: 1, ..failure }),
                refresh_token,
                exchange,
            }),
        }
    }
}

/// What a failure says without what was sent, which a server may repeat: a client secret can be as
/// short as any word of a description.
fn without(failure: Failure, client: &Client, sent: &[&Secret]) -> Failure {
    let secrets = || sent.iter().copied().chain(client.authentication.secret());
    let clean = |text: String| {
        secrets().fold(text, |text, secret| text.replace(secret.expose().as_str(), "…"))
    };
    Failure {
        what: clean(failure.what),
        error: failure.error.map(clean),
        error_description: failure.error_description.map(clean),
        ..failure
    }
}

/// Salesforce works on one request of a grant at a time. Where none is spent by that, the one who was
/// sent away comes again.
pub(super) fn taken_in_turn(failure: Failure) -> Failure {
    if failure.code != Code::RefreshUncertain {
        return failure;
    }
    Failure { code: Code::RateLimited, retryable: true, unspent: true, ..failure }
}

/// `invalid_grant` without more is about the very grant (RFC 6749 §5.2).
fn about_the_grant(failure: Failure, code: Code) -> Failure {
    let is_unclear = matches!(failure.code, Code::Refused | Code::AssertionExpired);
    if !is_unclear || failure.error.as_deref() != Some("invalid_grant") {
        return failure;
    }
    Failure { code, retryable: code.is_retryable(), ..failure }
}

/// Whether an answer says that the request bought nothing: an OAuth error does, and a status that no
/// deed comes before. Gateways send 408 and 503 after they have passed a request on, and an error of
/// the server may follow the deed.
fn is_refusal(failure: &Failure) -> bool {
    let Some(status) = failure.status.filter(|status| *status < 500) else { return false };
    !matches!(failure.code, Code::RefreshUncertain | Code::ServerUnavailable)
        && (failure.error.is_some() || status >= 300)
}
