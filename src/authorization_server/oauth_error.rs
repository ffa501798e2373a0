//! An OAuth error (RFC 6749 §5.2) → what it means.
//!
//! Salesforce's wording differs between the wire, its documentation and its releases, so
//! descriptions are matched by the words they hold, never as whole sentences.

use std::collections::HashSet;

use crate::failure::{Code, Failure};

const LONGEST_DESCRIPTION: usize = 200;
/// Longer runs of token characters are taken for a secret that the server echoed.
const LONGEST_WORD: usize = 40;

/// Codes that say enough by themselves. The list they come from is Salesforce's own
/// (`OAuthErrorCode` in its Mobile SDK for Android).
const BY_ERROR: &[(&str, Code)] = &[
    ("invalid_app_access", Code::UserNotAdminApproved),
    ("app_not_found", Code::AppNotFound),
    ("invalid_client_id", Code::ClientIdInvalid),
    ("invalid_client", Code::ClientCredentialsInvalid),
    ("invalid_basic_auth_header", Code::ClientCredentialsInvalid),
    ("unsupported_grant_type", Code::GrantUnsupported),
    ("oauth_flow_disabled", Code::AppBlocked),
    ("app_blocked", Code::AppBlocked),
    ("fail_close_app_blocked", Code::AppBlocked),
    ("ecapp_policy_not_found", Code::AppBlocked),
    ("oauth_policy_not_found", Code::AppBlocked),
    ("rate_limit_exceeded", Code::RateLimited),
    ("slow_down", Code::RateLimited),
    ("inactive_user", Code::UserInactive),
    ("inactive_org", Code::OrgInactive),
    ("bad_jti_claim", Code::AssertionReplayed),
    ("invalid_dpop_proof", Code::DpopRequired),
    ("use_dpop_nonce", Code::DpopRequired),
    ("unknown_error", Code::ServerUnavailable),
    ("server_error", Code::ServerUnavailable),
    ("service_unavailable", Code::ServerUnavailable),
    ("system_down", Code::ServerUnavailable),
];

/// Words that a description must hold, all of them; the first row that fits wins.
const BY_DESCRIPTION: &[(&[&str], Code)] = &[
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
    (&["token", "already", "processed"], Code::RefreshUncertain),
    (&["expired", "token"], Code::RefreshTokenInvalid),
    (&["data", "not", "available"], Code::OrgInactive),
];

/// Makes the failure of an OAuth error.
pub(super) fn classify(error: &str, description: Option<&str>, status: u16) -> Failure {
    let error = known_shape(error);
    let description = description.map(clean);
    let code = code_of(error, description.as_deref().unwrap_or_default(), status);
    let quoted = description.as_ref().map(|text| format!(" (\"{text}\")")).unwrap_or_default();
    Failure {
        error: Some(error.to_owned()),
        error_description: description,
        status: Some(status),
        ..Failure::new(code, format!("The authorization server answered {error}{quoted}."))
    }
}

fn code_of(error: &str, description: &str, status: u16) -> Code {
    if let Some((_, code)) = BY_ERROR.iter().find(|(name, _)| *name == error) {
        return *code;
    }
    match (row_of(description), status) {
        (Some(row), _) => BY_DESCRIPTION[row].1,
        (None, 429) => Code::RateLimited,
        (None, 408 | 500..) => Code::ServerUnavailable,
        (None, _) => Code::Refused,
    }
}

fn row_of(description: &str) -> Option<usize> {
    let lower = description.to_ascii_lowercase();
    let words: HashSet<&str> =
        lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    BY_DESCRIPTION.iter().position(|(all, _)| all.iter().all(|word| words.contains(word)))
}

/// An error code is a short word; anything else is not repeated.
fn known_shape(error: &str) -> &str {
    let word = !error.is_empty()
        && error.len() <= 64
        && error.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if word { error } else { "an unreadable error" }
}

/// Makes a server's text fit to be shown: short, on one line, without anything like a token.
fn clean(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty());
    let mut shown = String::new();
    for word in words.map(|word| if word.len() > LONGEST_WORD { "…" } else { word }) {
        // Whole words only: a piece of a secret would not be recognised as one.
        if shown.chars().count() + 1 + word.chars().count() > LONGEST_DESCRIPTION {
            break;
        }
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.push_str(word);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every row of the errors that Salesforce is known to answer, in its own words.
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
        ("invalid_grant", "token request is already being processed", Code::RefreshUncertain),
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
            let failure = classify(error, Some(description), 400);
            assert_eq!(failure.code, *code, "{error}: {description}");
            assert_eq!(failure.error.as_deref(), Some(*error));
        }
    }

    #[test]
    fn every_row_of_the_tables_decides_about_a_known_error() {
        for (name, _) in BY_ERROR {
            assert!(KNOWN.iter().any(|(error, ..)| error == name), "{name}");
        }
        for (row, (words, _)) in BY_DESCRIPTION.iter().enumerate() {
            let decides = |(error, description, _): &(&str, &str, Code)| {
                BY_ERROR.iter().all(|(name, _)| name != error) && row_of(description) == Some(row)
            };
            assert!(KNOWN.iter().any(decides), "{words:?}");
        }
    }

    #[test]
    fn unknown_errors_follow_their_status() {
        assert_eq!(classify("new_error", None, 400).code, Code::Refused);
        assert_eq!(classify("new_error", None, 429).code, Code::RateLimited);
        assert_eq!(classify("new_error", None, 503).code, Code::ServerUnavailable);
    }

    #[test]
    fn what_looks_like_a_token_is_not_repeated() {
        let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJjbGllbnQifQ.c2lnbmF0dXJlc2lnbmF0dXJl";
        let failure = classify(jwt, Some(&format!("bad\r\n\tassertion {jwt} here")), 400);
        assert_eq!(failure.error_description.as_deref(), Some("bad assertion … here"));
        assert!(!failure.to_string().contains("eyJ"));
    }

    proptest! {
        #[test]
        fn shown_text_is_short_and_printable(error in ".{0,100}", description in ".{0,1000}") {
            let failure = classify(&error, Some(&description), 400);
            let shown = failure.error_description.unwrap();
            prop_assert!(shown.chars().count() <= LONGEST_DESCRIPTION);
            prop_assert!(!shown.chars().any(char::is_control));
        }
    }
}
