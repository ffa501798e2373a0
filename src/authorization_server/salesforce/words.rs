//! Salesforce's token endpoint: its path and its errors.

use super::super::Issuer;
use crate::failure::Code;

/// Salesforce's token endpoint: path and errors.
pub static SALESFORCE: Issuer = Issuer {
    token_path: "/services/oauth2/token",
    errors: ERRORS,
    descriptions: DESCRIPTIONS,
    needs_instance_url: true,
    more_headers: &[],
};

/// From Salesforce's own list: `OAuthErrorCode` in the Mobile SDK for Android.
const ERRORS: &[(&str, Code)] = &[
    ("invalid_app_access", Code::UserNotAdminApproved),
    ("app_not_found", Code::AppNotFound),
    ("invalid_client_id", Code::ClientIdInvalid),
    ("invalid_basic_auth_header", Code::ClientCredentialsInvalid),
    ("oauth_flow_disabled", Code::AppBlocked),
    ("app_blocked", Code::AppBlocked),
    ("fail_close_app_blocked", Code::AppBlocked),
    ("ecapp_policy_not_found", Code::AppBlocked),
    ("oauth_policy_not_found", Code::AppBlocked),
    ("rate_limit_exceeded", Code::RateLimited),
    ("inactive_user", Code::UserInactive),
    ("inactive_org", Code::OrgInactive),
    ("bad_jti_claim", Code::AssertionReplayed),
    ("unknown_error", Code::ServerUnavailable),
    ("service_unavailable", Code::ServerUnavailable),
    ("system_down", Code::ServerUnavailable),
];

const DESCRIPTIONS: &[(&[&str], Code)] = &[
    (&["login", "rate"], Code::LoginRateExceeded),
    (&["approved", "admin"], Code::UserNotAdminApproved),
    (&["approved"], Code::UserNotApproved),
    (&["audience"], Code::AudienceInvalid),
    (&["expired", "authorization", "code"], Code::AssertionExpired),
    (&["assertion"], Code::AssertionInvalid),
    (&["refresh_token", "scope"], Code::ScopeMissing),
    (&["inactive", "user"], Code::UserInactive),
    (&["ip", "restricted"], Code::IpRestricted),
    (&["login", "hours"], Code::IpRestricted),
    // Salesforce handles one request a grant at a time; the rejected one has consumed nothing.
    (&["token", "already", "processed"], Code::RateLimited),
    (&["expired", "token"], Code::RefreshTokenInvalid),
    (&["data", "not", "available"], Code::OrgInactive),
];

#[cfg(test)]
mod tests {
    use super::super::super::oauth_error::{STANDARD_ERRORS, classify, row_of};
    use super::*;

    /// Every error that Salesforce is known to answer, in Salesforce's words.
    const KNOWN: &[(&str, &str, Code)] = &[
        ("invalid_grant", "user hasn't approved this consumer", Code::UserNotApproved),
        ("invalid_grant", "User hasn't approved the connected app", Code::UserNotApproved),
        (
            "invalid_app_access",
            "user is not admin approved to access this app",
            Code::UserNotAdminApproved,
        ),
        (
            "invalid_grant",
            "User isn't approved by an admin to access this app",
            Code::UserNotAdminApproved,
        ),
        ("invalid_grant", "invalid assertion", Code::AssertionInvalid),
        ("invalid_grant", "audience is invalid", Code::AudienceInvalid),
        ("invalid_grant", "Audience validation failed", Code::AudienceInvalid),
        ("invalid_grant", "expired authorization code", Code::AssertionExpired),
        ("app_not_found", "External client app is not installed in this org", Code::AppNotFound),
        ("invalid_client_id", "client identifier invalid", Code::ClientIdInvalid),
        ("invalid_client", "invalid client credentials", Code::ClientCredentialsInvalid),
        (
            "invalid_request",
            "JWT flows require a refresh_token scope. Install and preauthorize the app.",
            Code::ScopeMissing,
        ),
        ("invalid_basic_auth_header", "", Code::ClientCredentialsInvalid),
        ("unsupported_grant_type", "grant type not supported", Code::GrantUnsupported),
        ("oauth_flow_disabled", "", Code::AppBlocked),
        ("app_blocked", "", Code::AppBlocked),
        ("fail_close_app_blocked", "", Code::AppBlocked),
        ("ecapp_policy_not_found", "", Code::AppBlocked),
        ("oauth_policy_not_found", "", Code::AppBlocked),
        ("invalid_grant", "login rate exceeded", Code::LoginRateExceeded),
        ("rate_limit_exceeded", "", Code::RateLimited),
        ("slow_down", "", Code::RateLimited),
        ("invalid_grant", "expired access/refresh token", Code::RefreshTokenInvalid),
        ("invalid_grant", "token validity expired", Code::RefreshTokenInvalid),
        ("invalid_grant", "inactive user", Code::UserInactive),
        ("inactive_user", "User is inactive", Code::UserInactive),
        ("invalid_grant", "ip restricted", Code::IpRestricted),
        ("invalid_grant", "IP restricted or invalid login hours", Code::IpRestricted),
        ("invalid_grant", "outside of your login hours", Code::IpRestricted),
        ("invalid_grant", "token request is already being processed", Code::RateLimited),
        ("inactive_org", "Org is locked, closed, or suspended", Code::OrgInactive),
        ("invalid_grant", "Data Not Available", Code::OrgInactive),
        ("invalid_grant", "activation secret invalid", Code::Refused),
        ("invalid_grant", "authentication failure", Code::Refused),
        ("invalid_request", "no valid scopes defined", Code::Refused),
        ("bad_jti_claim", "", Code::AssertionReplayed),
        ("invalid_dpop_proof", "", Code::DpopRequired),
        ("use_dpop_nonce", "", Code::DpopRequired),
        ("unknown_error", "retry your request", Code::ServerUnavailable),
        ("server_error", "", Code::ServerUnavailable),
        ("service_unavailable", "", Code::ServerUnavailable),
        ("system_down", "", Code::ServerUnavailable),
    ];

    #[test]
    fn every_known_error_is_told_apart() {
        for (error, description, code) in KNOWN {
            let failure = classify(&SALESFORCE, error, Some(description), 400);
            assert_eq!(failure.code, *code, "{error}: {description}");
            assert_eq!(failure.error.as_deref(), Some(*error));
        }
    }

    #[test]
    fn every_row_of_the_tables_decides_about_a_known_error() {
        for (name, _) in ERRORS.iter().chain(STANDARD_ERRORS) {
            assert!(KNOWN.iter().any(|(error, ..)| error == name), "{name}");
        }
        for (row, (words, _)) in DESCRIPTIONS.iter().enumerate() {
            let decides = |(error, description, _): &(&str, &str, Code)| {
                ERRORS.iter().chain(STANDARD_ERRORS).all(|(name, _)| name != error)
                    && row_of(&SALESFORCE, description) == Some(row)
            };
            assert!(KNOWN.iter().any(decides), "{words:?}");
        }
    }
}
