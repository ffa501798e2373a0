//! Removes the secrets that were sent from a failure: a server may repeat them in its description.

use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

use crate::credential::Client;
use crate::failure::Failure;
use crate::secret::Secret;

/// In bytes. A shorter client secret can be any word of a description, or a letter of one: it is struck
/// out where it stands alone, and in the server's own words only.
const LONG: usize = 8;

/// Strikes the secrets out, as they are and in the forms that a form or a host name gives them.
pub(super) fn redact(failure: Failure, client: &Client, sent: &[&Secret]) -> Failure {
    let secrets = sent.iter().copied().chain(client.authentication.secret());
    secrets.fold(failure, |failure, secret| {
        let strike = if secret.expose().len() < LONG { strike_short } else { strike_long };
        strike(failure, secret.expose())
    })
}

fn strike_long(failure: Failure, secret: &str) -> Failure {
    let forms = [
        Zeroizing::new(secret.to_owned()),
        Zeroizing::new(byte_serialize(secret.as_bytes()).collect()),
        Zeroizing::new(secret.to_ascii_lowercase()),
    ];
    let clean = |text: String| forms.iter().fold(text, |text, form| text.replace(&**form, "…"));
    Failure {
        what: clean(failure.what),
        error: failure.error.map(clean),
        error_description: failure.error_description.map(clean),
        ..failure
    }
}

fn strike_short(failure: Failure, secret: &str) -> Failure {
    let mut what = failure.what;
    let mut clean = |text: String, context: [&str; 2]| {
        let cleaned = without_word(&text, secret);
        let [before, after] = context;
        what =
            what.replace(&format!("{before}{text}{after}"), &format!("{before}{cleaned}{after}"));
        cleaned
    };
    let error = failure.error.map(|text| clean(text, [" answered ", ""]));
    let error_description = failure.error_description.map(|text| clean(text, ["(\"", "\")"]));
    Failure { what, error, error_description, ..failure }
}

/// The text without the places where `word` stands alone, between other characters than letters, digits
/// and underscores.
fn without_word(text: &str, word: &str) -> String {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let (mut shown, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let left = before.chars().next_back().or(shown.chars().next_back());
        let is_joined = joins(left) && joins(word.chars().next())
            || joins(after.chars().next()) && joins(word.chars().next_back());
        shown.push_str(before);
        shown.push_str(if is_joined { word } else { "…" });
        rest = after;
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::ClientAuthentication;
    use crate::failure::Code;

    /// The failure of a description, for an app with this secret.
    fn redacted(secret: &str, description: &str) -> Failure {
        let authentication = ClientAuthentication::Form(Secret::new(secret.to_owned()));
        let client = Client::new("app", authentication, "https://login.salesforce.com").unwrap();
        let failure = Failure {
            error: Some("invalid_client".to_owned()),
            error_description: Some(description.to_owned()),
            ..Failure::new(
                Code::ClientCredentialsInvalid,
                format!(
                    "The authorization server answered invalid_client (\"{description}\"). (Token host https://login.salesforce.com.)"
                ),
            )
        };
        redact(failure, &client, &[])
    }

    #[test]
    fn fault_72_a_short_secret_eats_no_words_and_is_not_shown_where_it_was_repeated() {
        for (secret, description, shown) in [
            ("a", "invalid client credentials", "invalid client credentials"),
            ("a", "not a client; client_secret=a&x", "not … client; client_secret=…&x"),
            ("e", "e", "…"),
            ("client", "invalid client", "invalid …"),
            ("s3cret", "bad s3cret, s3cret2, xs3cret", "bad …, s3cret2, xs3cret"),
            ("-", "a-b", "a…b"),
            ("aa", "aaa aa", "aaa …"),
            ("longer-secret", "xlonger-secretx", "x…x"),
            ("with/slash=12", "with%2Fslash%3D12", "…"),
        ] {
            let failure = redacted(secret, description);
            assert_eq!(failure.error_description.as_deref(), Some(shown), "{secret}");
            let what = format!(
                "The authorization server answered invalid_client (\"{shown}\"). (Token host https://login.salesforce.com.)"
            );
            assert_eq!(failure.what, what, "{secret}");
            assert_eq!(failure.error.as_deref(), Some("invalid_client"));
        }
    }

    #[test]
    fn fault_72_a_secret_that_is_the_error_itself_is_struck_out() {
        let failure = Failure {
            error: Some("hunter".to_owned()),
            ..Failure::new(Code::Refused, "The authorization server answered hunter.")
        };
        let struck = strike_short(failure, "hunter");
        assert_eq!(
            (struck.error.as_deref(), &*struck.what),
            (Some("…"), "The authorization server answered ….")
        );
    }
}
