//! What the tests share: a clock set by hand, a scripted transport, a loopback server, credentials.

// Each test binary uses a part of this module.
#![allow(dead_code)]

pub mod clock;
pub mod issuer;
pub mod loopback;
pub mod script;
pub mod sources;
pub mod wire;

use std::sync::Arc;
use std::time::Duration;

use jsforce_connection_manager::cache::CachedToken;
use jsforce_connection_manager::cache::{Deadlines, Peek, Ticket};
use jsforce_connection_manager::credential::{JwtConfig, JwtCredential};
use jsforce_connection_manager::failure::Failure;
use jsforce_connection_manager::life::Life;
use jsforce_connection_manager::source::login::{Grant, Login};
use jsforce_connection_manager::source::{Answer, CAPACITY, SourceOptions, Storing, TokenSource};

use clock::ManualClock;
use jsforce_connection_manager::clock::Clock;
use jsforce_connection_manager::transport::Transport;
use script::{Reply, Script, Sent};

pub const KEY: &str = include_str!("../keys/rsa_pkcs8.pem");
pub const PUBLIC_KEY: &str = include_str!("../keys/public.pem");
/// An RSA key that no server of the tests knows.
pub const OTHER_KEY: &str = include_str!("../keys/other_pkcs8.pem");
pub const ORG: &str = "https://acme.my.salesforce.com";
pub const BUDGET: Duration = Duration::from_secs(8);

/// A configuration to change one field of.
#[derive(Clone, Copy)]
pub struct Config<'a> {
    pub client_id: &'a str,
    pub username: &'a str,
    pub private_key: &'a str,
    pub instance_url: &'a str,
    pub login_url: Option<&'a str>,
    pub audience: Option<&'a str>,
    /// Life and buffer in seconds.
    pub life: (u64, u64),
}

impl Default for Config<'_> {
    fn default() -> Self {
        Self {
            client_id: "3MVG9.client",
            username: "robot@acme.example",
            private_key: KEY,
            instance_url: ORG,
            login_url: None,
            audience: None,
            life: (180, 30),
        }
    }
}

impl Config<'_> {
    pub fn credential(&self) -> JwtCredential {
        let (ttl, buffer) = self.life;
        let life = Life::new(Duration::from_secs(ttl), Duration::from_secs(buffer)).unwrap();
        let config = JwtConfig {
            client_id: self.client_id,
            username: self.username,
            instance_url: self.instance_url,
            login_url: self.login_url,
            audience: self.audience,
            life,
        };
        let made = JwtCredential::new(&config, self.private_key);
        made.unwrap_or_else(|failure| panic!("the test's configuration is wrong: {failure}"))
    }

    pub fn login(&self) -> Login {
        Login::by_jwt(self.credential())
    }
}

pub fn login() -> Login {
    Config::default().login()
}

/// The credential of a login, if no clone of the login exists.
pub fn credential_of(login: Login) -> Option<JwtCredential> {
    match login.grant {
        Grant::JwtBearer(credential) => Arc::try_unwrap(credential).ok(),
        Grant::RefreshToken(_) => None,
    }
}

/// One credential for each of `count` users of the same app.
pub fn logins(count: usize) -> Vec<Login> {
    let user = |number| format!("user{number}@acme.example");
    (0..count)
        .map(|number| Config { username: &user(number), ..Config::default() }.login())
        .collect()
}

/// A token source on a scripted transport and a clock that only the test moves.
pub struct Stage {
    pub script: Arc<Script>,
    pub clock: Arc<ManualClock>,
    pub deadlines: Arc<Deadlines>,
    pub source: Arc<TokenSource>,
}

impl Stage {
    pub fn new(reply: impl Fn(&Sent) -> Reply + Send + Sync + 'static) -> Self {
        Self::with_capacity(CAPACITY, reply)
    }

    pub fn with_capacity(
        capacity: u64,
        reply: impl Fn(&Sent) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::build(capacity, Arc::default(), reply)
    }

    /// On a clock that the closure knows too.
    pub fn with_clock(
        clock: Arc<ManualClock>,
        reply: impl Fn(&Sent) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::build(CAPACITY, clock, reply)
    }

    fn build(
        capacity: u64,
        clock: Arc<ManualClock>,
        reply: impl Fn(&Sent) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let script = Script::new(reply);
        let deadlines = Arc::new(Deadlines::default());
        let source = source_on(script.clone(), clock.clone(), deadlines.clone(), capacity);
        Self { script, clock, deadlines, source }
    }

    pub async fn ask(&self, login: &Login) -> Result<Arc<CachedToken>, Arc<Failure>> {
        token_of(&self.source, login, BUDGET).await
    }

    /// The token, which must be cached or granted.
    #[track_caller]
    pub fn token(&self, login: &Login) -> impl Future<Output = Arc<CachedToken>> {
        let caller = std::panic::Location::caller();
        let (source, login) = (self.source.clone(), login.clone());
        async move {
            let outcome = token_of(&source, &login, BUDGET).await;
            outcome.unwrap_or_else(|failure| panic!("{caller}: {failure}"))
        }
    }

    pub fn peek(&self, ticket: Option<Ticket>) -> Peek {
        ticket.map_or(Peek::Gone, |ticket| self.deadlines.peek(ticket, self.clock.now()))
    }

    pub fn is_alive(&self, ticket: Option<Ticket>) -> bool {
        self.peek(ticket) != Peek::Gone
    }

    /// Valid and expired, as the stats count them.
    pub fn counts(&self) -> (u64, u64) {
        let cached = self.source.stats().cached;
        (cached.valid, cached.expired)
    }
}

/// A source that trusts only the configured hosts and Salesforce's.
pub fn source_on(
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    deadlines: Arc<Deadlines>,
    capacity: u64,
) -> Arc<TokenSource> {
    let allowed_instance_hosts = vec![];
    Arc::new(TokenSource::new(SourceOptions {
        transport,
        clock,
        deadlines,
        capacity,
        allowed_instance_hosts,
    }))
}

/// A token for a caller that cannot store refresh tokens. The cache is read, and a flight started,
/// before this function returns.
pub fn token_of(
    source: &Arc<TokenSource>,
    login: &Login,
    budget: Duration,
) -> impl Future<Output = Result<Arc<CachedToken>, Arc<Failure>>> + Send + use<> {
    let (source, login) = (source.clone(), login.clone());
    let first = source.ask(&login, budget, Storing::InMemory, None);
    async move {
        let mut answer = first.await?;
        loop {
            let (offer, resume) = match answer {
                Answer::Token(cached) => return Ok(cached),
                Answer::Offer(offer, resume) => (offer, resume),
            };
            offer.postpone();
            answer = source.ask(&login, budget, Storing::InMemory, Some(resume)).await?;
        }
    }
}

/// The failure of an outcome whose token has no `Debug`.
#[track_caller]
pub fn refused<T>(outcome: Result<T, Arc<Failure>>) -> Arc<Failure> {
    outcome.err().expect("there should be no token")
}

/// Lets the other tasks of this runtime run until `done`; fails instead of hanging.
pub async fn until(what: &str, done: impl Fn() -> bool) {
    let wait = async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let limit = Duration::from_secs(20);
    tokio::time::timeout(limit, wait).await.unwrap_or_else(|_| panic!("never came: {what}"));
}
