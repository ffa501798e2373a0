//! The `aud` of an assertion, and the one other audience that is tried.
//!
//! An External Client App wants the org's My Domain as audience. A Connected App wants Salesforce's
//! login host (production) or test host (sandbox). Only the answer tells which kind an app is.

use super::domains::login_host;
use crate::bounded::Bounded;
use crate::credential::JwtCredential;
use crate::failure::Code;

/// The audiences that worked where the default did not, by token host and client id.
#[derive(Default)]
pub(super) struct Audiences(Bounded<(String, String), String>);

impl Audiences {
    /// The audience to try first, and the audience to try second.
    pub(super) fn candidates(&self, credential: &JwtCredential) -> (String, Option<String>) {
        if let Some(explicit) = &credential.audience {
            return (explicit.clone(), None);
        }
        let default = credential.login_url.site();
        let won = self.0.get(&key(credential), String::clone);
        if let Some(won) = won {
            return (won, Some(default));
        }
        let other = other_audience(credential, &default);
        (default, other)
    }

    /// Remembers the audience that worked. The next login tries this audience first.
    pub(super) fn remember(&self, credential: &JwtCredential, winner: String) {
        if winner == credential.login_url.site() {
            self.0.remove(&key(credential));
        } else {
            self.0.update(key(credential), |_| winner);
        }
    }

    /// Forgets all remembered audiences.
    pub(super) fn forget(&self) {
        self.0.clear();
    }
}

/// Whether another audience may succeed after a failure with this code.
pub(super) fn is_about_audience(code: Code) -> bool {
    matches!(code, Code::AudienceInvalid | Code::AppNotFound)
}

/// Whether a refusal shows that the audience was right. Salesforce checks the audience before the
/// reasons for these codes.
pub(super) fn was_accepted(code: Code) -> bool {
    matches!(
        code,
        Code::UserNotApproved
            | Code::UserNotAdminApproved
            | Code::UserInactive
            | Code::IpRestricted
            | Code::LoginRateExceeded
            | Code::OrgInactive
    )
}

fn key(credential: &JwtCredential) -> (String, String) {
    (credential.login_url.site(), credential.client_id.clone())
}

fn other_audience(credential: &JwtCredential, default: &str) -> Option<String> {
    let canonical = login_host([credential.login_url.host(), credential.instance_url.host()]);
    if canonical != default {
        return Some(canonical);
    }
    let my_domain = credential.instance_url.origin();
    (my_domain != default).then_some(my_domain)
}
