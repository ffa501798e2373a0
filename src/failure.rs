//! Failures: each has a stable code, tells whether the same call may succeed later, and says what
//! to do.

use std::fmt;
use std::time::Duration;

/// Declares each code with its meaning, name, retryability and remedy, so that none is missing.
macro_rules! codes {
    ($($(#[doc = $meaning:literal])+ $variant:ident $name:literal $retry:ident $hint:literal)+) => {
        /// The stable name of a failure. Names never change, because users' programs compare with
        /// them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[doc = $meaning])+ #[doc = concat!("\n\n```text\n", $hint, "\n```")] $variant),+
        }

        impl Code {
            /// Every code, for tables and tests.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name that users see: as an error's `code`, and at the head of its message.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What happened, in general. [`Failure::what`] describes the single case.
            pub fn meaning(self) -> &'static str {
                // The text of a doc comment begins with the space after the slashes.
                match self { $(Self::$variant => concat!($($meaning),+).trim_start()),+ }
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
    /// An option is missing, has the wrong type, or has a value that is not allowed. `option` names
    /// the option.
    ConfigInvalid "CONFIG_INVALID" fatal
        "Correct the option that the message names."
    /// The private key cannot sign: it is encrypted, not RSA, too short, damaged, or a file path.
    PrivateKeyInvalid "PRIVATE_KEY_INVALID" fatal
        "Pass the text of an unencrypted RSA private key of at least 2048 bits (PKCS#8 or PKCS#1 PEM)."
    /// Salesforce answered `user hasn't approved this consumer`.
    UserNotApproved "USER_NOT_APPROVED" fatal
        "Check in this order. The user name belongs to this org; sandbox user names end in the sandbox's name. The app's policy is 'Admin approved users are pre-authorized', and the user's profile or permission set is assigned to the app. With 'All users may self-authorize', the user has approved the app once in a browser. The app has the refresh_token scope. Changes in Salesforce take up to 10 minutes."
    /// Salesforce answered `invalid_app_access`: no administrator assigned the app to the user.
    UserNotAdminApproved "USER_NOT_ADMIN_APPROVED" fatal
        "Assign the user's profile or one of the user's permission sets to the app (App policies, 'Admin approved users are pre-authorized')."
    /// The signature of the assertion does not match the app's certificate.
    AssertionInvalid "ASSERTION_INVALID" fatal
        "Upload to the app the certificate that belongs to this private key, and check that the client id is that app's consumer key."
    /// The app does not accept the assertion's audience.
    AudienceInvalid "AUDIENCE_INVALID" fatal
        "Set audience. An External Client App wants the My Domain origin. A Connected App wants https://login.salesforce.com (production) or https://test.salesforce.com (sandbox). Experience Cloud wants the full site URL."
    /// The assertion had expired when it reached Salesforce.
    AssertionExpired "ASSERTION_EXPIRED" fatal
        "Set this machine's clock: it must be right to within three minutes."
    /// The app is not installed in this org (`app_not_found`).
    AppNotFound "APP_NOT_FOUND" fatal
        "Use the org's My Domain URL (https://<name>.my.salesforce.com) as loginUrl or instanceUrl, not login.salesforce.com, and check that the app is installed and enabled in that org."
    /// Salesforce does not know the consumer key (`invalid_client_id`).
    ClientIdInvalid "CLIENT_ID_INVALID" fatal
        "Check that clientId is the consumer key of an app in this org. Salesforce takes up to 10 minutes to know a new app."
    /// The app wants a client secret, or a different one (`invalid_client`).
    ClientCredentialsInvalid "CLIENT_CREDENTIALS_INVALID" fatal
        "Check the client secret and the app's 'Require Secret' settings."
    /// The app lacks the `refresh_token` scope, or the login did not ask for it.
    ScopeMissing "SCOPE_MISSING" fatal
        "Add the scope 'Perform requests at any time (refresh_token, offline_access)' to the app. The JWT bearer flow needs it. A login in a browser must ask for it."
    /// The OAuth flow is switched off, or the host is not a login host (`unsupported_grant_type`).
    GrantUnsupported "GRANT_UNSUPPORTED" fatal
        "Check that the URL is the org's login host or My Domain, and that the app allows this flow. The JWT bearer flow needs an uploaded certificate."
    /// A policy of the org or of the app forbids the app or the OAuth flow.
    AppBlocked "APP_BLOCKED" fatal
        "See Setup, Connected Apps OAuth Usage and OAuth and OpenID Connect Settings: an administrator has blocked the app or switched this OAuth flow off."
    /// The user has reached Salesforce's limit of 3,600 logins an hour.
    LoginRateExceeded "LOGIN_RATE_EXCEEDED" retry
        "Wait up to an hour. Then cache tokens longer (tokenTtl: 'session'), or spread the load over more integration users."
    /// The server asks for fewer requests: HTTP 429, `rate_limit_exceeded` or `slow_down`.
    RateLimited "RATE_LIMITED" retry
        "Wait for retryAfterMs: the authorization server asks for fewer requests."
    /// The refresh token is expired, revoked, forgotten, or replaced by a newer one.
    RefreshTokenInvalid "REFRESH_TOKEN_INVALID" fatal
        "Pass the newest refresh token that was stored. If the refused token is the newest, let the user log in again and store the new token. A refresh token also ends when two processes send it at the same moment."
    /// The authorization code is expired, used, or belongs to a different request.
    AuthorizationCodeInvalid "AUTHORIZATION_CODE_INVALID" fatal
        "Let the user log in again. An authorization code is good for one request within a few minutes, with the redirect URI and the code verifier of its own authorization request."
    /// A refresh token was sent, and no usable answer came: the token may be spent.
    RefreshUncertain "REFRESH_UNCERTAIN" retry
        "Call again: a later call sends the newest stored refresh token once more. If the app has replaced that token, the later call ends with REFRESH_TOKEN_INVALID, and the user logs in again. If the app does not rotate refresh tokens, set rotation: false."
    /// The function that was passed as `refreshToken` failed. `cause` is what the function threw.
    RefreshTokenUnavailable "REFRESH_TOKEN_UNAVAILABLE" retry
        "Make the function return the newest refresh token that was stored, as a string."
    /// `onRefreshToken` or a listener failed or took too long, or the call has neither. `cause` is
    /// what was thrown.
    RefreshNotPersisted "REFRESH_NOT_PERSISTED" retry
        "Repair onRefreshToken or the listener, or pass one with this call. The next call stores the same token first. Until then the new refresh token exists in this process only, and the old one is spent."
    /// This process knows a million refresh tokens, which is the limit.
    RefreshTokensFull "REFRESH_TOKENS_FULL" fatal
        "Call forgetRefreshToken() for tokens that are no longer used, or restart. Refresh tokens are never evicted, because an evicted token could be spent twice."
    /// The user is deactivated or frozen.
    UserInactive "USER_INACTIVE" fatal
        "Activate or unfreeze the user in Setup, or use another integration user."
    /// The org forbids logins from this address or at this hour.
    IpRestricted "IP_RESTRICTED" fatal
        "Add this machine's outgoing address to the profile's login IP ranges, or relax IP restrictions in the app's policies. Check the profile's login hours."
    /// The org is locked, suspended, expired or deleted.
    OrgInactive "ORG_INACTIVE" fatal
        "Check the org with Salesforce, and check the instanceUrl."
    /// An assertion reached Salesforce twice (`bad_jti_claim`).
    AssertionReplayed "ASSERTION_REPLAYED" retry
        "Try again: every attempt signs a new assertion."
    /// The app demands DPoP-bound tokens, which jsforce cannot use.
    DpopRequired "DPOP_REQUIRED" fatal
        "Switch DPoP off in the app: jsforce cannot use DPoP-bound tokens."
    /// The authorization server refused the request with another OAuth error.
    Refused "REFUSED" fatal
        "See error and errorDescription."
    /// Salesforce has a temporary problem: HTTP 5xx, `server_error`, `unknown_error` and the like.
    ServerUnavailable "SERVER_UNAVAILABLE" retry
        "Try again. If the problem lasts, see Salesforce's status page."
    /// The host answered with a page, or with JSON that is not a token response.
    BadResponse "BAD_RESPONSE" retry
        "Check that the URL is a Salesforce login host or My Domain, and that no proxy or maintenance page answers in its place."
    /// The answer is larger than 64 KiB. No token response is that large.
    ResponseTooLarge "RESPONSE_TOO_LARGE" fatal
        "Check that the URL is a Salesforce login host or My Domain."
    /// The host answered with a redirect.
    RedirectRefused "REDIRECT_REFUSED" fatal
        "Configure the final host. Redirects are never followed, because they would carry the credential to another host."
    /// The token response names an instance URL that is not trusted.
    InstanceUrlRefused "INSTANCE_URL_REFUSED" fatal
        "If this host belongs to your org, add it to allowedInstanceHosts."
    /// The host name cannot be resolved.
    NetworkDns "NETWORK_DNS" retry
        "Check the spelling of the host, and that this network (VPC, NAT gateway) can resolve public names."
    /// No connection to the host can be made.
    NetworkConnect "NETWORK_CONNECT" retry
        "Check that this network (security group, NAT gateway, proxy) lets connections out to the host."
    /// The host's certificate is not trusted, has expired, or is for another name.
    NetworkTls "NETWORK_TLS" fatal
        "Behind an intercepting proxy, name the proxy's certificate authority with the option ca or NODE_EXTRA_CA_CERTS. Otherwise check the URL and this machine's clock."
    /// No answer came in the time of the attempt.
    NetworkTimeout "NETWORK_TIMEOUT" retry
        "Try again. If the problem lasts, check that this network (security group, NAT gateway, proxy) lets connections out to the host."
    /// The connection was closed before the answer was complete.
    NetworkReset "NETWORK_RESET" retry
        "Try again."
    /// The time for this call ran out.
    Deadline "DEADLINE" retry
        "Allow the call more time, or ask earlier with prewarm()."
    /// 60 logins of this hour were refused, or brought a token that was refused.
    LoginsCapped "LOGINS_CAPPED" retry
        "Repair what the errors before this one named. Logins start again after retryAfterMs, or after clearAllTokens() or clearAllConnections()."
    /// Salesforce issues new tokens and then answers 401 to them.
    SessionRejected "SESSION_REJECTED" fatal
        "Check the app's session and IP policies, the user's API access, and that the instance URL belongs to the org."
    /// The caller's `AbortSignal` fired.
    Aborted "ABORTED" fatal
        "Only this call was cancelled: the login continues for other callers."
    /// jsforce is missing or cannot be loaded.
    JsforceUnavailable "JSFORCE_UNAVAILABLE" fatal
        "Install jsforce 3 (npm install jsforce; 3.10.16 is the last release for Node.js 20), pass the Connection class as an option, or use getAccessToken, which needs no jsforce."
    /// This package has a defect.
    Internal "INTERNAL" retry
        "Please report this message as a defect of jsforce-connection-manager."
}

/// One failure, safe to show. It holds no secret. Of a response body, it holds only the sanitised
/// OAuth error.
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
    /// Whether the request certainly had no effect. A refresh token may be sent again only then.
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

/// Writes `[CODE] what happened. what to do`. jsforce passes on only the message of an error, so
/// the message holds the code.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())?;
        // The sentence about an option already says what to do.
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
