//! Promise 14: configurations that differ in one field are two logins; equal ones are one.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use jsforce_connection_manager::credential::JwtCredential;
use jsforce_connection_manager::identity::Identity;
use jsforce_connection_manager::life::Life;
use jsforce_connection_manager::origin::BaseUrl;
use jsforce_connection_manager::source::login::Login;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::support::{Config, OTHER_KEY, credential_of};
use super::{cases, config, report};

/// Everything that makes a login, but for the key.
#[derive(Clone, Debug, PartialEq)]
struct Fields {
    client_id: String,
    username: String,
    instance: String,
    login: String,
    /// Experience Cloud sites have a path.
    path: String,
    audience: Option<String>,
    /// Life and buffer in milliseconds.
    life: (u64, u64),
}

const NAME: &str = "[a-zA-Z0-9.@_-]{1,24}";
/// Not `xn--`, which begins a name in punycode.
const HOST: &str = "[a-wyz][a-z]{0,11}(--[a-z]{1,6})?[.]my[.]salesforce[.]com";

fn fields() -> impl Strategy<Value = Fields> {
    let audience = prop::option::of("https://[a-z]{1,8}[.]salesforce[.]com");
    let life = (60_000..86_400_000u64, 0..50_000u64);
    (NAME, NAME, HOST, HOST, "(/s-[a-z]{1,6})?", audience, life).prop_map(
        |(client_id, username, instance, login, path, audience, life)| Fields {
            client_id,
            username,
            instance,
            login,
            path,
            audience,
            life,
        },
    )
}

/// The same fields except one, which has another value or nearly the same value.
fn changed(fields: &Fields, field: usize, other: &Fields, near: bool) -> Fields {
    let mut new = fields.clone();
    let text = |old: &str, other: &str| if near { format!("{old}x") } else { other.to_owned() };
    match field {
        0 => new.client_id = text(&fields.client_id, &other.client_id),
        1 => new.username = text(&fields.username, &other.username),
        2 if near => new.instance = format!("y{}", fields.instance),
        2 => new.instance.clone_from(&other.instance),
        3 if near => new.login = format!("y{}", fields.login),
        3 => new.login.clone_from(&other.login),
        4 => new.path = format!("{}/x", fields.path),
        5 => new.audience = Some(format!("{}x", fields.audience.as_deref().unwrap_or("https://"))),
        // An explicit audience with the value of the default.
        6 if near => new.audience = Some(format!("https://{}{}", fields.login, fields.path)),
        6 => new.audience.clone_from(&other.audience),
        7 => new.life.0 = if near { fields.life.0 + 1 } else { other.life.0 },
        8 => new.life.1 = if near { fields.life.1 + 1 } else { other.life.1 },
        // The end of one name becomes the beginning of the next.
        _ => {
            let (head, tail) = fields.client_id.split_at(fields.client_id.len() - 1);
            new.username = format!("{tail}{}", fields.username);
            new.client_id = if head.is_empty() { "x".into() } else { head.into() };
        }
    }
    new
}

/// Parsing keys is slow, so one credential is used with many fields.
struct Namer(Option<JwtCredential>);

impl Namer {
    fn new(private_key: &str) -> Self {
        Self(Some(Config { private_key, ..Config::default() }.credential()))
    }

    /// `loud` spells the hosts in capitals, with a dot at the end and the port.
    fn name(&mut self, fields: &Fields, loud: bool) -> Identity {
        let url = |host: &str, path: &str| {
            let host = if loud { format!("{}.:443", host.to_uppercase()) } else { host.to_owned() };
            BaseUrl::parse("loginUrl", &format!("https://{host}{path}")).unwrap()
        };
        let (ttl, buffer) = fields.life;
        let login = Login::by_jwt(JwtCredential {
            client_id: fields.client_id.clone(),
            username: fields.username.clone(),
            instance_url: url(&fields.instance, ""),
            login_url: url(&fields.login, &fields.path),
            audience: fields.audience.clone(),
            life: Life::new(Duration::from_millis(ttl), Duration::from_millis(buffer)).unwrap(),
            ..self.0.take().expect("given back")
        });
        let identity = login.identity;
        self.0 = credential_of(login);
        identity
    }
}

#[test]
fn one_field_makes_two_logins_and_none_makes_one() {
    let pairs = cases(1_000, 100_000);
    let (mine, theirs) = (Namer::new(Config::default().private_key), Namer::new(OTHER_KEY));
    let namers = RefCell::new((mine, theirs));
    let different = Cell::new(0);
    let strategy = (fields(), fields(), 0..10usize, any::<bool>());
    TestRunner::new(config(pairs))
        .run(&strategy, |(one, other, field, near)| {
            let (mine, theirs) = &mut *namers.borrow_mut();
            let two = changed(&one, field, &other, near);
            let name = mine.name(&one, false);
            // One pair for the other key, and one for the other field, unless both values are
            // equal.
            different.set(different.get() + 1 + u64::from(one != two));
            prop_assert_eq!(name == mine.name(&two, false), one == two, "{:?}", two);
            prop_assert!(name == mine.name(&one, true), "a spelling makes no other login");
            prop_assert!(name != theirs.name(&one, false), "another key, another login");
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    report(14, &format!("0 shared names in {} pairs that differ in one field", different.get()));
}
