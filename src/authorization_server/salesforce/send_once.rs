//! Requests that consume their grant, and so are sent once: refresh tokens and authorization codes.

use std::future::Future;
use std::time::Duration;

use super::super::{AttemptTime, TokenEndpoint};
use super::Salesforce;
use super::answer_proves::{about_the_grant, is_busy, is_refusal};
use super::instance_hosts::InstanceHosts;
use super::issued::{self, Terms};
use super::redact::redact;
use crate::credential::Client;
use crate::failure::{Code, Failure};
use crate::grant::authorization_code::{self, AuthorizationCode};
use crate::grant::{TokenRequest, refresh_token};
use crate::life::Life;
use crate::origin::BaseUrl;
use crate::retry::{self, Patience};
use crate::secret::Secret;
use crate::token::{AccessToken, Successor};

/// The content of an answer.
pub struct Refreshed {
    /// The access token, or why it cannot be used although the server issued it.
    pub token: Result<AccessToken, Failure>,
    /// What the answer says of the refresh token.
    pub successor: Successor,
    /// The time from making the request to its parsed answer.
    pub request: Duration,
}

/// The configuration by which tokens are asked for.
pub struct RefreshTerms<'a> {
    /// The org's host, if it is configured.
    pub instance_url: Option<&'a BaseUrl>,
    /// How long an access token is used.
    pub life: Life,
    /// Whether the app may rotate refresh tokens.
    pub may_rotate: bool,
}

impl Salesforce {
    /// Sends the refresh token `token`, once. Another attempt follows only if the request was not
    /// sent.
    ///
    /// # Errors
    /// The failure of the request. `had_no_effect` tells whether `token` may be sent again.
    pub async fn refresh(
        &self,
        client: &Client,
        token: &Secret,
        terms: &RefreshTerms<'_>,
    ) -> Result<Refreshed, Failure> {
        let url = &self.endpoint.url(&client.login_url);
        let now = || self.endpoint.clock().now();
        let request = || refresh_token::request(client, url, token, now());
        let told =
            |failure| redact(about_the_grant(failure, Code::RefreshTokenInvalid), client, &[token]);
        self.send_once(client, terms, request, told).await
    }

    /// Trades an authorization code for tokens.
    ///
    /// # Errors
    /// The failure of the request. If the answer was lost, the code may be spent. A second use of
    /// the code revokes the tokens of the first use (RFC 6749 §4.1.2).
    pub async fn redeem(
        &self,
        client: &Client,
        code: &AuthorizationCode,
    ) -> Result<Refreshed, Failure> {
        let url = &self.endpoint.url(&client.login_url);
        let terms = RefreshTerms { instance_url: None, life: Life::default(), may_rotate: true };
        let now = || self.endpoint.clock().now();
        let request = || authorization_code::request(client, url, code, now());
        let sent = [&code.code, &code.verifier];
        let told = |failure| {
            redact(about_the_grant(failure, Code::AuthorizationCodeInvalid), client, &sent)
        };
        self.send_once(client, &terms, request, told).await.map_err(|failure| {
            if failure.had_no_effect {
                return failure;
            }
            let what = format!("{} The authorization code may have been spent.", failure.what);
            let code = Code::AuthorizationCodeInvalid;
            Failure { code, what, retryable: code.is_retryable(), ..failure }
        })
    }

    async fn send_once<F>(
        &self,
        client: &Client,
        terms: &RefreshTerms<'_>,
        request: impl Fn() -> F,
        told: impl Fn(Failure) -> Failure,
    ) -> Result<Refreshed, Failure>
    where
        F: Future<Output = Result<TokenRequest, Failure>>,
    {
        let told = |failure: Failure| {
            let failure = self.endpoint.with_crowd(&client.login_url, failure);
            let what = format!("{} (Token host {}.)", failure.what, client.login_url.origin());
            let had_no_effect = failure.had_no_effect || is_refusal(&failure);
            told(Failure { what, had_no_effect, ..failure })
        };
        let permit = || self.endpoint.permit(&client.login_url);
        let patience = if terms.may_rotate { Patience::SENT_ONCE } else { Patience::NOT_REPLAYED };
        let attempt = |limit| {
            self.attempt_once(client, terms, request(), AttemptTime::within(limit, patience))
        };
        match retry::within(patience, self.endpoint.clock(), permit, attempt).await {
            Ok(refreshed) => Ok(Refreshed { token: refreshed.token.map_err(told), ..refreshed }),
            Err(failure) => Err(told(failure)),
        }
    }

    async fn attempt_once(
        &self,
        client: &Client,
        terms: &RefreshTerms<'_>,
        request: impl Future<Output = Result<TokenRequest, Failure>>,
        time: AttemptTime,
    ) -> Result<Refreshed, Failure> {
        let answer = self.endpoint.ask(&client.login_url, request, time).await?;
        let successor = TokenEndpoint::successor(&answer);
        let read = self.endpoint.read(&answer);
        let is_grant = read.as_ref().map_or_else(|it| it.code == Code::DpopRequired, |_| true);
        let token = read.and_then(|granted| {
            let terms = Terms {
                hosts: InstanceHosts {
                    instance: terms.instance_url.unwrap_or(&client.login_url),
                    login: &client.login_url,
                    allowed: &self.allowed_instance_hosts,
                },
                life: terms.life,
                // No renewal in the background: a freeze could cut off its request, and with it the
                // new refresh token.
                renews_ahead: false,
                clock_skew: 0,
            };
            issued::token(granted, &answer, &terms)
        });
        match token {
            // What a token response says of the refresh token counts, even if its access token is
            // unusable. A new refresh token counts in any answer.
            Err(failure) if !is_grant && !matches!(successor, Successor::Token(_)) => {
                Err(Failure { had_no_effect: is_busy(&failure), ..failure })
            }
            token => Ok(Refreshed {
                token: token.map_err(|failure| Failure { attempts: 1, ..failure }),
                successor,
                request: answer.received.since(answer.began),
            }),
        }
    }
}
