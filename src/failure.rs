//! Everything that can go wrong: a stable code, whether it passes by itself, what to do about it.

use std::fmt;
use std::time::Duration;

/// Declares the codes beside their names, retryability and remedies, so that none lacks one.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident $name:literal $retry:ident $hint:literal)+) => {
        /// The stable name of a failure; users compare with it, so names are never changed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* #[doc = concat!("\n\n", $hint)] $variant),+ }

        impl Code {
            /// Every code, for tables and tests.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name users see, in an error's `code` and at the head of its message.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Whether the same call may succeed later with nothing changed.
            pub fn is_retryable(self) -> bool {
                match self { $(Self::$variant => codes!(@$retry)),+ }
            }

            /// What the reader of the error should do.
            pub fn hint(self) -> &'static str {
                match self { $(Self::$variant => $hint),+ }
            }
        }
    };
    (@retry) => { true };
    (@fatal) => { false };
}

codes! {
    /// An option is missing, of the wrong shape, or not allowed.
    ConfigInvalid "CONFIG_INVALID" fatal
        "Correct the option that the message names."
    /// The private key cannot sign.
    PrivateKeyInvalid "PRIVATE_KEY_INVALID" fatal
        "Pass the text of an unencrypted RSA private key of at least 2048 bits (PKCS#8 or PKCS#1 PEM)."
    /// `invalid_grant: user hasn't approved this consumer`.
    UserNotApproved "USER_NOT_APPROVED" fatal
        "Check in this order: the user name belongs to this org (sandbox user names end in the sandbox's name); the app's policy is 'Admin approved users are pre-authorized' and the user's profile or permission set is assigned to the app; with 'All users may self-authorize' the user has approved the app once in a browser; the app has the refresh_token scope; changes are up to 10 minutes old."
    /// `invalid_app_access: user is not admin approved to access this app`.
    UserNotAdminApproved "USER_NOT_ADMIN_APPROVED" fatal
        "Assign the user's profile or one of the user's permission sets to the app (App policies, 'Admin approved users are pre-authorized')."
    /// `invalid_grant: invalid assertion`.
    AssertionInvalid "ASSERTION_INVALID" fatal
        "Upload to the app the certificate that belongs to this private key, and check that the client id is that app's consumer key."
    /// `invalid_grant: audience is invalid`.
    AudienceInvalid "AUDIENCE_INVALID" fatal
        "Set audience: the My Domain origin for an External Client App; https://login.salesforce.com (production) or https://test.salesforce.com (sandbox) for a Connected App; the full site URL for Experience Cloud."
    /// `invalid_grant: expired authorization code`, in a JWT flow.
    AssertionExpired "ASSERTION_EXPIRED" fatal
        "The assertion was past its expiry when it arrived: set this machine's clock (it must be right to within three minutes)."
    /// `app_not_found`.
    AppNotFound "APP_NOT_FOUND" fatal
        "Use the org's My Domain URL (https://<name>.my.salesforce.com) as loginUrl or instanceUrl, not login.salesforce.com, and check that the app is installed and enabled in that org."
    /// `invalid_client_id`.
    ClientIdInvalid "CLIENT_ID_INVALID" fatal
        "Check that clientId is the consumer key of an app in this very org; a new app takes up to 10 minutes to become known."
    /// `invalid_client`.
    ClientCredentialsInvalid "CLIENT_CREDENTIALS_INVALID" fatal
        "The app wants a client secret, or another one: check the secret and the app's 'Require Secret' settings."
    /// `invalid_request` about the `refresh_token` scope.
    ScopeMissing "SCOPE_MISSING" fatal
        "Add the scope 'Perform requests at any time (refresh_token, offline_access)' to the app; the JWT bearer flow needs it."
    /// `unsupported_grant_type`.
    GrantUnsupported "GRANT_UNSUPPORTED" fatal
        "Check that the URL is the org's login host or My Domain, and that the app allows the JWT bearer flow (a certificate is uploaded)."
    /// A policy of the org or of the app forbids it.
    AppBlocked "APP_BLOCKED" fatal
        "An administrator has blocked the app or switched this OAuth flow off: see Setup, Connected Apps OAuth Usage and OAuth and OpenID Connect Settings."
    /// `invalid_grant: login rate exceeded`.
    LoginRateExceeded "LOGIN_RATE_EXCEEDED" retry
        "Salesforce allows 3,600 logins an hour for each user: wait up to an hour, keep tokens longer (tokenTtl: 'session') or spread the load over more integration users."
    /// 429, `rate_limit_exceeded`, `slow_down`.
    RateLimited "RATE_LIMITED" retry
        "The authorization server asks for fewer requests: wait for retryAfterMs."
    /// The refresh token is expired, revoked or replaced.
    RefreshTokenInvalid "REFRESH_TOKEN_INVALID" fatal
        "The refresh token has expired, was revoked, or was replaced by a newer one, perhaps because another process sent it at the same moment: let the user log in again and store the new token."
    /// The authorization code is expired, used, or of another request.
    AuthorizationCodeInvalid "AUTHORIZATION_CODE_INVALID" fatal
        "An authorization code is good for one request within a few minutes, with the redirect URI and the code verifier it was asked for with: let the user log in again."
    /// A refresh token was sent and no usable answer came.
    RefreshUncertain "REFRESH_UNCERTAIN" fatal
        "The token is not sent again, because Salesforce revokes all tokens of a user whose refresh token is used twice. Pass the newest refresh token that was kept, or let the user log in again. If the app does not rotate refresh tokens, say so with rotation: false."
    /// The user's function gave no refresh token.
    RefreshTokenUnavailable "REFRESH_TOKEN_UNAVAILABLE" retry
        "The function that was passed as refreshToken must return the newest refresh token that was kept, as a string; what it threw is the cause of this error."
    /// The user's callback did not keep a new refresh token.
    RefreshNotPersisted "REFRESH_NOT_PERSISTED" retry
        "Mend onRefreshToken or the listener, or pass one with this call: the next call keeps the same token first. Until it succeeds the new refresh token lives in this process only, and the old one is dead."
    /// Too many refresh tokens are known.
    RefreshTokensFull "REFRESH_TOKENS_FULL" fatal
        "Refresh tokens are never dropped by themselves, because a forgotten one could be spent twice: call forgetRefreshToken() for those that are done with, or restart."
    /// The user is deactivated or frozen.
    UserInactive "USER_INACTIVE" fatal
        "Activate or unfreeze the user in Setup, or use another integration user."
    /// The login came from an address or at an hour that the org forbids.
    IpRestricted "IP_RESTRICTED" fatal
        "Add this machine's outgoing address to the profile's login IP ranges, or relax IP restrictions in the app's policies; check the profile's login hours."
    /// The org is locked, suspended or deleted.
    OrgInactive "ORG_INACTIVE" fatal
        "The org is locked, suspended, expired or deleted: check it with Salesforce, and the instanceUrl."
    /// `bad_jti_claim`: an assertion was seen before.
    AssertionReplayed "ASSERTION_REPLAYED" retry
        "An assertion reached Salesforce twice; every attempt signs a new one, so trying again is safe."
    /// The app wants DPoP-bound tokens.
    DpopRequired "DPOP_REQUIRED" fatal
        "The app demands DPoP-bound tokens, which jsforce cannot use: switch DPoP off in the app."
    /// Some other OAuth error, final.
    Refused "REFUSED" fatal
        "The authorization server refused the request; see error and errorDescription."
    /// 5xx, `server_error`, `unknown_error` and the like.
    ServerUnavailable "SERVER_UNAVAILABLE" retry
        "Salesforce has a passing problem: try again, and see its status page if it lasts."
    /// An answer that is no token response.
    BadResponse "BAD_RESPONSE" retry
        "The host answered with something that is no token response: check that the URL is a Salesforce login host or My Domain and that no proxy or maintenance page answers in its place."
    /// More than 64 KiB.
    ResponseTooLarge "RESPONSE_TOO_LARGE" fatal
        "The answer was larger than any token response: check that the URL is a Salesforce login host or My Domain."
    /// 3xx: following it would send the assertion to another host.
    RedirectRefused "REDIRECT_REFUSED" fatal
        "The host redirects. Redirects are never followed, because they would carry the credential to another host: configure the final host."
    /// The token response names an instance URL that is not to be trusted.
    InstanceUrlRefused "INSTANCE_URL_REFUSED" fatal
        "If this host is really your org's, add it to allowedInstanceHosts."
    /// The host name cannot be resolved.
    NetworkDns "NETWORK_DNS" retry
        "Check the spelling of the host, and that this network (VPC, NAT gateway) can resolve public names."
    /// No connection can be made.
    NetworkConnect "NETWORK_CONNECT" retry
        "Check that this network (security group, NAT gateway, proxy) lets connections out to the host."
    /// The TLS handshake failed.
    NetworkTls "NETWORK_TLS" fatal
        "The host's certificate is not trusted, has expired, or is for another name. Behind an intercepting proxy, name its CA with the option ca or NODE_EXTRA_CA_CERTS."
    /// No answer within the attempt's time.
    NetworkTimeout "NETWORK_TIMEOUT" retry
        "Try again; if it lasts, check that this network (security group, NAT gateway, proxy) lets connections out to the host."
    /// The connection broke while the answer was awaited.
    NetworkReset "NETWORK_RESET" retry
        "The connection was closed before the answer was complete: try again."
    /// The caller's time ran out.
    Deadline "DEADLINE" retry
        "The time for this call ran out: allow more time, or ask earlier: prewarm()."
    /// Too many logins in an hour brought nothing.
    LoginsCapped "LOGINS_CAPPED" retry
        "Mend what the errors before this one named; the count begins anew after retryAfterMs, or after clearAllTokens() or clearAllConnections()."
    /// jsforce's requests are rejected although the token is new.
    SessionRejected "SESSION_REJECTED" fatal
        "Salesforce issues tokens and then answers 401 to them: check the app's session and IP policies, the user's API access, and that the instance URL belongs to the org."
    /// The caller's `AbortSignal` fired.
    Aborted "ABORTED" fatal
        "What the call waited for goes on for others."
    /// jsforce cannot be loaded.
    JsforceUnavailable "JSFORCE_UNAVAILABLE" fatal
        "Install jsforce 3 (npm install jsforce; 3.10.16 is the last release for Node.js 20), pass the Connection class as an option, or use getAccessToken, which needs no jsforce."
    /// A defect of this package.
    Internal "INTERNAL" retry
        "This is a defect of jsforce-connection-manager: please report it with this message."
}

/// One failure, ready to be shown: it holds no secret and no part of a response body but the
/// sanitised OAuth error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The stable code.
    pub code: Code,
    /// One sentence: what happened. The remedy is [`Code::hint`].
    pub what: String,
    /// Whether the same call may succeed later with nothing changed.
    pub retryable: bool,
    /// The configuration option at fault.
    pub option: Option<&'static str>,
    /// `error` of RFC 6749 §5.2, as the server sent it.
    pub error: Option<String>,
    /// `error_description` of RFC 6749 §5.2, shortened and cleaned.
    pub error_description: Option<String>,
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// How long the server asks to wait.
    pub retry_after: Option<Duration>,
    /// How many requests were sent.
    pub attempts: u32,
    /// Whether the request certainly had no effect, so that a refresh token may be sent again.
    pub had_no_effect: bool,
}

impl Failure {
    /// A failure without the details of an answer.
    pub fn new(code: Code, what: impl Into<String>) -> Self {
        Self {
            code,
            what: what.into(),
            retryable: code.is_retryable(),
            option: None,
            error: None,
            error_description: None,
            status: None,
            retry_after: None,
            attempts: 0,
            had_no_effect: false,
        }
    }

    /// `[CODE] what happened.`
    pub fn sentence(&self) -> String {
        format!("[{}] {}", self.code.name(), self.what)
    }

    /// A configuration failure of one option, named as the user writes it.
    pub fn of_option(option: &'static str, what: impl Into<String>) -> Self {
        Self { option: Some(option), ..Self::new(Code::ConfigInvalid, what) }
    }
}

/// `[CODE] what happened. what to do`: jsforce keeps nothing but the message of an error, so the
/// code must be in it.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())?;
        // A sentence about an option says itself what to do.
        if self.option.is_none() { write!(f, " {}", self.code.hint()) } else { Ok(()) }
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_hints_are_sentences() {
        let names: HashSet<_> = Code::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.hint().ends_with('.'), "{}", code.name());
        }
    }

    #[test]
    fn the_message_begins_with_the_code_and_ends_with_the_remedy() {
        let message = Failure::new(Code::NetworkDns, "No such host.").to_string();
        assert!(message.starts_with("[NETWORK_DNS] No such host. "));
        assert!(message.ends_with(Code::NetworkDns.hint()));
    }
}
