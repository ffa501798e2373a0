//! What the tests share: a clock set by hand, a scripted transport, a loopback server, credentials.

// Each test binary uses a part of it.
#![allow(dead_code)]

pub mod clock;
pub mod issuer;
pub mod loopback;
pub mod script;
pub mod sources;
pub mod wire;

use std::sync::Arc;
use std::time::Duration;

use jsforce_connection_manager::cache::Kept;
use jsforce_connection_manager::credential::Credential;
use jsforce_connection_manager::deadlines::{Deadlines, Peek, Ticket};
use jsforce_connection_manager::failure::Failure;
use jsforce_connection_manager::holder::{Grant, Holder};
use jsforce_connection_manager::source::{CAPACITY, TokenSource};
use jsforce_connection_manager::token::Life;

use clock::ManualClock;
use jsforce_connection_manager::clock::Clock as _;
use script::{Reply, Script, Sent};

pub const KEY: &str = include_str!("../keys/rsa_pkcs8.pem");
pub const PUBLIC_KEY: &str = include_str!("../keys/public.pem");
/// An RSA key that belongs to nobody that the tests know.
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
    pub fn credential(&self) -> Credential {
        let (ttl, buffer) = self.life;
        let life = Life::new(Duration::from_secs(ttl), Duration::from_secs(buffer)).unwrap();
        let made = Credential::new(
            self.client_id,
            self.username,
            self.private_key,
            self.instance_url,
            self.login_url,
            self.audience,
            life,
        );
        made.unwrap_or_else(|failure| panic!("the test's configuration is wrong: {failure}"))
    }

    pub fn holder(&self) -> Holder {
        Holder::new(self.credential())
    }
}

pub fn holder() -> Holder {
    Config::default().holder()
}

/// The credential of a holder that nobody else has.
pub fn credential_of(holder: Holder) -> Option<Credential> {
    match holder.grant {
        Grant::JwtBearer(credential) => Arc::try_unwrap(credential).ok(),
        Grant::RefreshToken(_) => None,
    }
}

/// One credential for each of `count` users of the same app.
pub fn holders(count: usize) -> Vec<Holder> {
    let user = |number| format!("user{number}@acme.example");
    (0..count)
        .map(|number| Config { username: &user(number), ..Config::default() }.holder())
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
        let source =
            TokenSource::new(script.clone(), clock.clone(), deadlines.clone(), capacity, vec![]);
        Self { script, clock, deadlines, source: Arc::new(source) }
    }

    pub async fn ask(&self, holder: &Holder) -> Result<Arc<Kept>, Arc<Failure>> {
        self.source.token(holder, BUDGET).await
    }

    /// The token that must be there or come.
    #[track_caller]
    pub fn token(&self, holder: &Holder) -> impl Future<Output = Arc<Kept>> {
        let caller = std::panic::Location::caller();
        let (source, holder) = (self.source.clone(), holder.clone());
        async move {
            let outcome = source.token(&holder, BUDGET).await;
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
        let kept = self.source.stats().kept;
        (kept.valid, kept.expired)
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
