//! What an authorization server granted: an access token, and what its answer says of the refresh token.

use std::sync::Arc;

use crate::clock::Moment;
use crate::secret::Secret;

/// An access token (RFC 6749 §5.1), with the fields that Salesforce adds.
pub struct AccessToken {
    /// The token itself.
    pub value: Secret,
    /// Origin of the org's API host; `None` from an issuer without instance URLs.
    pub instance_url: Option<String>,
    /// Salesforce's identity URL: `https://…/id/<org>/<user>`.
    pub identity_url: Option<String>,
    /// The scopes granted, separated by spaces.
    pub scope: Option<String>,
    /// Seconds by which the server's clock is ahead of this machine's. 0 unless the server refused
    /// an assertion because of the difference.
    pub clock_skew: i64,
    /// The number of the request that brought the token. It tells without a clock whether the token
    /// was asked for after an event.
    pub request: u64,
    /// When the token was asked for, by all three clocks. Its life is counted from this moment.
    pub minted: Moment,
    /// When a renewal is due: a random moment in the last fifth of the usable life. It is random so
    /// that processes do not renew at the same moment.
    pub renew_at: Moment,
    /// When the token may no longer be handed out.
    pub deadline: Moment,
}

impl AccessToken {
    /// Whether the token may be handed out at `now`. A token that was issued in the future by the wall
    /// clock is dead: while the other clocks stood still, nothing tells its age.
    pub fn is_alive(&self, now: Moment) -> bool {
        now.is_before(self.deadline) && !now.was_set_back_since(self.minted.wall)
    }

    /// Whether the server granted no lifetime (`expires_in: 0`). The caller may use such a token
    /// once. The token is not cached.
    pub fn is_for_one_use(&self) -> bool {
        self.deadline == self.minted
    }
}

/// What a token response says of the refresh token that was sent.
pub enum Successor {
    /// Nothing: the refresh token that was sent stays good.
    None,
    /// This refresh token replaces the one that was sent.
    Token(Arc<Secret>),
    /// The refresh token was replaced, but the new value is not a readable token.
    Unreadable,
}
