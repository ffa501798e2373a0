//! How an app authenticates itself in a token request (RFC 6749 §2.3, RFC 7523 §2.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};
use zeroize::Zeroizing;

use super::{TokenRequest, assertion};
use crate::clock::Moment;
use crate::credential::{Client, ClientAuthentication};
use crate::failure::Failure;
use crate::secret::Secret;

/// The token request of a grant: the fields of the grant, then the fields of the client. `endpoint`
/// is the audience of a client assertion.
pub(super) async fn request(
    client: &Client,
    endpoint: &Url,
    grant: &[(&str, &str)],
    now: Moment,
) -> Result<TokenRequest, Failure> {
    let assertion = match &client.authentication {
        ClientAuthentication::Assertion(signer) => {
            Some(assertion::sign_client(&client.id, &**signer, endpoint.as_str(), now).await?)
        }
        _ => None,
    };
    // Room for all fields, escaped: a form that has to grow leaves copies of secrets in memory.
    let secrets = client.authentication.secret().into_iter().chain(&assertion);
    let lengths = secrets.map(|secret| secret.expose().len());
    let room = grant.iter().map(|(_, value)| value.len()).chain(lengths).sum::<usize>();
    let mut form = Serializer::new(String::with_capacity(3 * room + 4_096));
    form.extend_pairs(grant);
    let mut authorization = None;
    if let ClientAuthentication::Basic(secret) = &client.authentication {
        authorization = Some(basic(&client.id, secret));
    } else {
        form.append_pair("client_id", &client.id);
    }
    if let ClientAuthentication::Form(secret) = &client.authentication {
        form.append_pair("client_secret", secret.expose());
    }
    if let Some(assertion) = &assertion {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        form.append_pair("client_assertion_type", kind);
        form.append_pair("client_assertion", assertion.expose());
    }
    Ok(TokenRequest { authorization, ..TokenRequest::form(form.finish()) })
}

/// By RFC 6749 §2.3.1, both parts are form-encoded before they are joined.
fn basic(id: &str, secret: &Secret) -> Secret {
    let parts = [id, secret.expose()];
    // Room for both texts, escaped and encoded: a text that grows leaves copies of the secret behind.
    let room = 3 * (id.len() + secret.expose().len()) + 1;
    let mut pair = Zeroizing::new(String::with_capacity(room));
    for (index, part) in parts.into_iter().enumerate() {
        pair.push_str(if index == 0 { "" } else { ":" });
        pair.extend(byte_serialize(part.as_bytes()));
    }
    let mut header = String::with_capacity(8 + 2 * room);
    header.push_str("Basic ");
    STANDARD.encode_string(pair.as_bytes(), &mut header);
    Secret::new(header)
}
