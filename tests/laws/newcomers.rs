//! Promise 13: a new token in a full cache stays, and no token in use is evicted for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use jsforce_connection_manager::cache::{Deadlines, Peek};
use jsforce_connection_manager::clock::Clock as _;
use jsforce_connection_manager::identity::IdentityKey;
use jsforce_connection_manager::source::login::Login;

use super::server::{Server, granted, runtime};
use super::support::clock::ManualClock;
use super::support::{BUDGET, Config, source_on, token_of};
use super::{cases, report};

const CAPACITY: u32 = 200;

/// Any number of tenants, for whom one key is parsed.
fn tenants() -> impl FnMut() -> Login {
    // No token may end by its age here.
    let first = Config { life: (86_400, 30), ..Config::default() }.login();
    let names = IdentityKey::derive(b"the names of tenants");
    let mut count = 0_u64;
    move || {
        count += 1;
        Login { identity: names.identity([&*count.to_string()]), ..first.clone() }
    }
}

#[test]
fn fault_48_newcomers_do_not_log_in_twice_and_evict_no_token_in_use() {
    let newcomers = cases(200, 1_000);
    let posts = Arc::new(AtomicU64::new(0));
    let server = {
        let posts = posts.clone();
        Server(move || Ok(granted(&posts.fetch_add(1, Relaxed).to_string(), None)))
    };
    let (clock, deadlines) = (Arc::new(ManualClock::default()), Arc::new(Deadlines::default()));
    let source = source_on(Arc::new(server), clock.clone(), deadlines.clone(), CAPACITY.into());
    let mut tenant = tenants();
    runtime().block_on(async {
        // Hot tokens, used many times. A policy that counts uses would not evict them.
        let mut hot = Vec::new();
        for _ in 0..CAPACITY {
            let login = tenant();
            for _ in 0..20 {
                token_of(&source, &login, BUDGET).await.ok().unwrap();
            }
            let cached = source.cached(&login).unwrap();
            hot.push((login, cached.ticket.unwrap()));
        }
        assert_eq!(source.stats().cached.valid, u64::from(CAPACITY), "the cache is full");
        // A tenth of the tokens stay in use, by the peek of every warm call. With more uses, a
        // policy that counts uses would evict the others.
        let in_use = hot.split_off(hot.len() * 9 / 10);
        let before = posts.load(Relaxed);
        for number in 0..newcomers {
            // After a second, a peek asks the caller to mark the use.
            clock.change(|now| now.monotonic += 1_000_000 * u64::from(number % 2));
            for (login, ticket) in &in_use {
                match deadlines.peek(*ticket, clock.now()) {
                    Peek::Gone => panic!("newcomer {number} has driven out a tenant in use"),
                    Peek::AliveUnmarked => source.mark_used(login),
                    Peek::Alive | Peek::Due => {}
                }
            }
            let newcomer = tenant();
            for _ in 0..8 {
                token_of(&source, &newcomer, BUDGET).await.ok().unwrap();
            }
        }
        let logins = posts.load(Relaxed) - before;
        assert_eq!(logins, u64::from(newcomers), "each newcomer logs in once");
    });
    report(13, &format!("0 repeated logins for {newcomers} newcomers in a full cache of hot ones"));
}
