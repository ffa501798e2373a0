//! A token response → an access token with checked hosts and its deadline.

use std::time::{Duration, SystemTime};

use super::super::expiry::expiry;
use super::super::{Answered, Granted};
use super::instance_hosts::InstanceHosts;
use crate::clock::Moment;
use crate::entropy::jitter;
use crate::failure::{Code, Failure};
use crate::life::Life;
use crate::retry::http_date;
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
    let life = granted_life(&granted, answer);
    let checked = granted.instance_url.map(|url| terms.hosts.instance_url(&url)).transpose();
    let minted = began(answer);
    let usable = terms.life.usable(life);
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

/// When the request began. If somebody has set the wall clock back since, its new time counts: the
/// token would be one of the future.
fn began(answer: &Answered) -> Moment {
    Moment { wall: answer.began.wall.min(answer.received.wall), ..answer.began }
}

/// The life that the server granted: the smaller of `expires_in` and the time until the token's own
/// `exp`.
fn granted_life(granted: &Granted, answer: &Answered) -> Option<Duration> {
    let expiry = expiry(granted.access_token.expose());
    let left = expiry.map(|expiry| expiry.saturating_sub(server_time(answer)));
    granted.expires_in.into_iter().chain(left).min()
}

/// The time since the Unix epoch, by the server's clock if the answer tells it.
fn server_time(answer: &Answered) -> Duration {
    let date = answer.response.header("date").and_then(http_date);
    match date.and_then(|date| date.duration_since(SystemTime::UNIX_EPOCH).ok()) {
        // A `Date` is cut to whole seconds.
        Some(time) => time + Duration::from_secs(1),
        None => Duration::from_micros(answer.began.wall),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::BaseUrl;
    use crate::secret::Secret;
    use crate::transport::Response;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    /// Tue, 14 Nov 2023 22:13:20 GMT
    const NOW: Moment =
        Moment { wall: 1_700_000_000_000_000, monotonic: 1_000_000, boot: 2_000_000 };
    const SECOND: u64 = 1_000_000;

    fn jwt(payload: &str) -> String {
        format!("eyJ.{}.c2ln", URL_SAFE_NO_PAD.encode(payload))
    }

    fn answered(date: Option<String>, received: Moment) -> Answered {
        let headers = date.map(|date| ("date", date)).into_iter().collect();
        let response = Response { status: 200, headers, body: Secret::new(vec![]) };
        Answered { number: 1, response, began: NOW, sent: NOW, received }
    }

    fn dated(ahead: i64) -> String {
        let seconds = u64::try_from(1_700_000_000 + ahead).unwrap();
        httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
    }

    fn issued(
        value: String,
        expires_in: Option<u64>,
        life: Life,
        answer: &Answered,
    ) -> AccessToken {
        let host = BaseUrl::parse("instanceUrl", "https://acme.my.salesforce.com").unwrap();
        let granted = Granted {
            access_token: Secret::new(value),
            instance_url: None,
            id: None,
            scope: None,
            expires_in: expires_in.map(Duration::from_secs),
        };
        let hosts = InstanceHosts { instance: &host, login: &host, allowed: &[] };
        let terms = Terms { hosts, life, renews_ahead: true, clock_skew: 0 };
        token(granted, answer, &terms).unwrap_or_else(|failure| panic!("{failure}"))
    }

    fn usable(token: &AccessToken) -> u64 {
        (token.deadline.wall - token.minted.wall) / SECOND
    }

    fn session() -> Life {
        Life::new(Life::SESSION_TTL, Life::DEFAULT_BUFFER).unwrap()
    }

    #[test]
    fn fault_75_the_smallest_of_three_lives_counts() {
        let life = |exp: i64, expires_in, date: Option<String>| {
            let value = jwt(&format!(r#"{{"exp":{}}}"#, 1_700_000_000 + exp));
            usable(&issued(value, expires_in, session(), &answered(date, NOW)))
        };
        assert_eq!(life(7_200, None, None), 3_270, "the configured life");
        assert_eq!(life(960, None, None), 930, "exp, less the buffer");
        assert_eq!(life(960, Some(60), None), 54, "expires_in");
        assert_eq!(life(60, Some(960), None), 54, "exp, less a tenth");
        assert_eq!(life(961, None, Some(dated(0))), 930, "a date is cut to whole seconds");
        assert_eq!(life(961 + 600, None, Some(dated(600))), 930, "the server's clock is ahead");
        assert_eq!(life(961 - 600, None, Some(dated(-600))), 930, "the server's clock is behind");
        assert_eq!(life(960, None, Some("soon".into())), 930, "a date that is none");
    }

    #[test]
    fn a_jwt_that_has_expired_is_for_one_use() {
        let value = jwt(r#"{"exp":1600000000}"#);
        assert!(issued(value, None, session(), &answered(None, NOW)).is_for_one_use());
    }

    #[test]
    fn a_wall_clock_set_back_during_the_request_does_not_kill_the_token() {
        let received = Moment { wall: NOW.wall - 3_600 * SECOND, ..NOW };
        let token = issued("opaque".into(), None, Life::default(), &answered(None, received));
        assert!(token.is_alive(received));
        assert_eq!((token.minted.wall, usable(&token)), (received.wall, 150));
    }

    proptest! {
        #[test]
        fn exp_never_lengthens_a_life(
            exp in prop_oneof![any::<i64>(), 1_699_990_000..1_700_100_000i64],
            expires_in in prop::option::of(1..100_000u64),
            ttl in 40..86_400u64,
            ahead in prop::option::of(-100_000..100_000i64),
        ) {
            let life = Life::new(Duration::from_secs(ttl), Duration::from_secs(30)).unwrap();
            let answer = answered(ahead.map(dated), NOW);
            let opaque = usable(&issued("opaque".into(), expires_in, life, &answer));
            let token = issued(jwt(&format!(r#"{{"exp":{exp}}}"#)), expires_in, life, &answer);
            prop_assert!(usable(&token) <= opaque);
            let left = exp.saturating_sub(1_700_000_000).saturating_sub(ahead.unwrap_or(0));
            prop_assert!(usable(&token) <= u64::try_from(left).unwrap_or(0));
        }
    }
}
