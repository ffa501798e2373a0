//! A token response → an access token with checked hosts and its deadline.

use super::super::{Answered, Granted};
use super::instance_hosts::InstanceHosts;
use crate::entropy::jitter;
use crate::failure::{Code, Failure};
use crate::life::Life;
use crate::token::AccessToken;

/// The configuration by which a token is checked.
pub(super) struct Terms<'a> {
    pub hosts: InstanceHosts<'a>,
    pub life: Life,
    /// Whether the token may be renewed before its end, in the background.
    pub renews_ahead: bool,
    pub clock_skew: i64,
}

pub(super) fn token(
    granted: Granted,
    answer: &Answered,
    terms: &Terms,
) -> Result<AccessToken, Failure> {
    let status = Some(answer.response.status);
    let checked = granted.instance_url.map(|url| terms.hosts.instance_url(&url)).transpose();
    let minted = answer.began;
    let usable = terms.life.usable(granted.expires_in);
    let deadline = minted.after(usable);
    // A random moment in the last fifth of the usable life. At least a twentieth is left for the
    // request.
    let drawn = usable * 4 / 5 + jitter(usable * 3 / 20);
    let token = AccessToken {
        value: granted.access_token,
        instance_url: checked.map_err(|failure| Failure { status, ..failure })?,
        identity_url: granted.id.and_then(|url| terms.hosts.identity_url(&url)),
        scope: granted.scope,
        clock_skew: terms.clock_skew,
        request: answer.number,
        minted,
        renew_at: if terms.renews_ahead { minted.after(drawn) } else { deadline },
        deadline,
    };
    // This happens after a long freeze.
    if !token.is_for_one_use() && !token.is_alive(answer.received) {
        let what = "The token had already expired when the answer was read.";
        return Err(Failure::new(Code::NetworkTimeout, what));
    }
    Ok(token)
}
