//! What makes two configurations one login, and what does not.

mod support;

use std::collections::HashSet;

use support::{Config, KEY, ORG, OTHER_KEY};

#[test]
fn every_field_that_changes_a_token_changes_its_identity() {
    let plain = Config::default();
    let differing = [
        plain,
        Config { client_id: "other", ..plain },
        Config { username: "other@acme.example", ..plain },
        Config { private_key: OTHER_KEY, ..plain },
        Config { instance_url: "https://other.my.salesforce.com", login_url: Some(ORG), ..plain },
        Config { login_url: Some("https://login.salesforce.com"), ..plain },
        Config { audience: Some(ORG), ..plain },
        Config { audience: Some("https://login.salesforce.com"), ..plain },
        Config { life: (181, 30), ..plain },
        Config { life: (180, 31), ..plain },
    ];
    let identities: Vec<_> = differing.iter().map(|config| config.login().identity).collect();
    let distinct: HashSet<_> = identities.iter().collect();
    assert_eq!(distinct.len(), differing.len());
}

#[test]
fn spellings_of_one_configuration_name_one_token() {
    let plain = Config::default();
    let escaped = KEY.replace('\n', "\\n");
    for same in [
        Config { private_key: &escaped, ..plain },
        Config { private_key: include_str!("keys/rsa_pkcs1.pem"), ..plain },
        Config { instance_url: "https://ACME.my.salesforce.com./", ..plain },
        Config { login_url: Some("https://acme.my.salesforce.com:443/"), ..plain },
        Config { username: " robot@acme.example ", ..plain },
    ] {
        assert_eq!(same.login().identity, plain.login().identity);
    }
}
