//! How an app proves itself in a token request (RFC 6749 §2.3, RFC 7523 §2.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded::{Serializer, byte_serialize};
use zeroize::Zeroizing;

use super::TokenRequest;
use crate::assertion;
use crate::client::{Client, ClientAuthentication};
use crate::clock::Moment;
use crate::failure::Failure;
use crate::secret::Secret;

/// The request of a grant: its own fields, then those of the client.
pub(super) fn request(
    client: &Client,
    grant: &[(&str, &str)],
    now: Moment,
) -> Result<TokenRequest, Failure> {
    // Room for all, escaped, so that growing leaves no copy of a secret behind.
    let room = grant.iter().map(|(_, value)| value.len()).sum::<usize>() + client.proof().len();
    let mut form = Serializer::new(String::with_capacity(3 * room + 4_096));
    form.extend_pairs(grant);
    let mut authorization = None;
    match &client.authentication {
        ClientAuthentication::Basic(secret) => authorization = Some(basic(&client.id, secret)),
        other => {
            form.append_pair("client_id", &client.id);
            match other {
                ClientAuthentication::Form(secret) => {
                    form.append_pair("client_secret", secret.expose());
                }
                ClientAuthentication::Assertion(key) => {
                    let audience = client.login_url.token_endpoint();
                    let assertion =
                        assertion::sign_client(&client.id, key, audience.as_str(), now)?;
                    form.append_pair(
                        "client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                    );
                    form.append_pair("client_assertion", assertion.expose());
                }
                ClientAuthentication::None | ClientAuthentication::Basic(_) => {}
            }
        }
    }
    Ok(TokenRequest { form: Secret::new(form.finish()), authorization })
}

/// RFC 6749 §2.3.1: both parts are encoded like a form before they are joined.
fn basic(id: &str, secret: &Secret) -> Secret {
    let encode = |text: &str| Zeroizing::new(byte_serialize(text.as_bytes()).collect::<String>());
    let pair = Zeroizing::new(format!("{}:{}", *encode(id), *encode(secret.expose())));
    Secret::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
}
