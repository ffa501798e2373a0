//! A token response that says yes → the token: its hosts proved, its life counted.

use super::response::Granted;
use super::retry;
use crate::clock::Moment;
use crate::failure::{Code, Failure};
use crate::origin::TrustedHosts;
use crate::token::{AccessToken, Life};

/// How a token was asked for.
pub(super) struct Asked<'a> {
    pub trusted: TrustedHosts<'a>,
    pub life: Life,
    /// Whether it may be renewed before its end, in the background.
    pub ahead: bool,
    /// The number of the exchange.
    pub exchange: u64,
    pub minted: Moment,
    pub clock_skew: i64,
    /// HTTP status of the answer, and when it was read.
    pub status: u16,
    pub received: Moment,
}

pub(super) fn token(granted: Granted, asked: &Asked) -> Result<AccessToken, Failure> {
    let instance_url = asked
        .trusted
        .instance_url(&granted.instance_url)
        .map_err(|failure| Failure { status: Some(asked.status), ..failure })?;
    let usable = asked.life.usable(granted.expires_in);
    let deadline = asked.minted.after(usable);
    // In the last fifth, and with a twentieth left for the exchange.
    let drawn = usable * 4 / 5 + retry::jitter(usable * 3 / 20);
    let token = AccessToken {
        value: granted.access_token,
        instance_url,
        identity_url: granted.id.and_then(|url| asked.trusted.identity_url(&url)),
        scope: granted.scope,
        clock_skew: asked.clock_skew,
        exchange: asked.exchange,
        minted: asked.minted,
        renew_at: if asked.ahead { asked.minted.after(drawn) } else { deadline },
        deadline,
    };
    // After a long freeze.
    if !token.is_for_one_use() && !token.is_alive(asked.received) {
        let what = "The answer came when the life of its token was over.";
        return Err(Failure::new(Code::NetworkTimeout, what));
    }
    Ok(token)
}
