//! However calls, freezes, lost answers and deaths fall, no refresh token is presented whose successor
//! was received,
//! no access token is handed out before a caller was asked to store the refresh token beside it, a
//! caller that stores one finds in its store the one that it replaces, and every call ends in its time.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jsforce_connection_manager::cache::Deadlines;
use jsforce_connection_manager::failure::Code;
use jsforce_connection_manager::lineage::{CAPACITY, KnownLineages, Offer};
use jsforce_connection_manager::source::login::Login;
use jsforce_connection_manager::source::{Answer, Storing, TokenSource};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{sleep, timeout};

use super::support::clock::ManualClock;
use super::support::issuer::{Fate, Issuer, login_living};
use super::support::source_on;
use super::{cases, config, report};

const TICK: Duration = Duration::from_millis(100);
/// How much later than its budget a call may end after a freeze.
const LATENESS: Duration = Duration::from_millis(300);
/// Ten usable seconds.
const TTL: Duration = Duration::from_secs(40);

/// What a caller does with a new refresh token.
#[derive(Clone, Debug)]
enum Keeper {
    None,
    Keeps(u64),
    Fails(u64),
    /// Its environment ends while it stores.
    Dies(u64),
    /// It never comes back.
    Stuck,
    /// It reports a failure, and succeeds later.
    Late,
}

#[derive(Clone, Debug)]
struct Caller {
    /// When it begins, and how long it waits between its calls.
    pauses: Vec<u64>,
    /// Which of the refresh tokens stored so far it passes.
    choice: usize,
    /// Which of two sources it asks.
    second: bool,
    keeper: Keeper,
    budget: u64,
}

#[derive(Clone, Debug)]
enum Event {
    /// All clocks advance, nothing runs.
    Freeze(u64),
    Clear,
    /// The API answers 401.
    Reject,
    /// The user is gone, and comes back with a new login.
    Forget,
}

/// A time in which the runtime lives. At its end, all running work is dropped.
#[derive(Clone, Debug)]
struct Phase {
    callers: Vec<Caller>,
    events: Vec<(u64, Event)>,
    ends: u64,
}

#[derive(Clone, Debug)]
struct Case {
    fates: Vec<Fate>,
    phases: Vec<Phase>,
}

fn keeper() -> impl Strategy<Value = Keeper> {
    prop_oneof![
        2 => Just(Keeper::None),
        6 => (0..6_000u64).prop_map(Keeper::Keeps),
        2 => (0..6_000u64).prop_map(Keeper::Fails),
        2 => (0..6_000u64).prop_map(Keeper::Dies),
        1 => Just(Keeper::Stuck),
        1 => Just(Keeper::Late),
    ]
}

fn fate() -> impl Strategy<Value = Fate> {
    let time = || (0..40_000u64).prop_map(Duration::from_millis);
    let short = || (0..400u64).prop_map(Duration::from_millis);
    prop_oneof![
        12 => short().prop_map(Fate::Answered),
        2 => time().prop_map(Fate::Answered),
        2 => Just(Fate::Unsent),
        1 => time().prop_map(|after| Fate::Lost(after, Code::NetworkReset)),
        1 => time().prop_map(|after| Fate::Lost(after, Code::NetworkTimeout)),
        1 => Just(Fate::Panics),
        1 => Just(Fate::Instead(503, String::new())),
        1 => Just(Fate::Instead(400, r#"{"error":"unknown_error"}"#.into())),
        1 => Just(Fate::Garbled(200, "{".into())),
        1 => Just(Fate::Garbled(502, String::new())),
        1 => Just(Fate::Garbled(503, String::new())),
        1 => Just(Fate::Garbled(408, String::new())),
        1 => Just(Fate::Garbled(400, r#"{"error":"server_error"}"#.into())),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    let caller = (vec(0..15_000u64, 1..4), any::<usize>(), any::<bool>(), keeper(), 100..8_000u64)
        .prop_map(|(pauses, choice, second, keeper, budget)| Caller {
            pauses,
            choice,
            second,
            keeper,
            budget,
        });
    let event = prop_oneof![
        (1..20_000u64).prop_map(Event::Freeze),
        Just(Event::Clear),
        Just(Event::Reject),
        Just(Event::Forget),
    ];
    let phase = (vec(caller, 2..=20), vec((0..40_000u64, event), 0..6), 1_000..60_000u64)
        .prop_map(|(callers, events, ends)| Phase { callers, events, ends });
    (vec(fate(), 1..12), vec(phase, 1..4)).prop_map(|(fates, phases)| Case { fates, phases })
}

/// The process, and the user's store.
struct World {
    issuer: Arc<Issuer>,
    clock: Arc<ManualClock>,
    lineages: Arc<KnownLineages>,
    sources: [Arc<TokenSource>; 2],
    /// Refresh tokens of the present login, as the user knows them.
    known: Mutex<Vec<String>>,
    /// Access tokens whose refresh token a caller was asked to store, whether or not it could.
    settled: Mutex<HashSet<String>>,
}

impl World {
    fn new(fates: Vec<Fate>) -> Arc<Self> {
        let issuer = Issuer::new(true, move |number| fates[number % fates.len()].clone());
        let clock = Arc::<ManualClock>::default();
        let source = || {
            let deadlines = Arc::<Deadlines>::default();
            source_on(issuer.clone(), clock.clone(), deadlines, 100)
        };
        Arc::new(Self {
            sources: [source(), source()],
            lineages: Arc::new(KnownLineages::new(CAPACITY).unwrap()),
            known: Mutex::new(vec![issuer.log_in()]),
            settled: Mutex::default(),
            issuer,
            clock,
        })
    }

    fn token(&self, choice: usize) -> String {
        let known = self.known.lock().unwrap();
        known[choice % known.len()].clone()
    }

    /// From now on, the access token of this offer may be handed out.
    fn settle(&self, offer: &Offer) {
        let token = offer.refresh_token.expose().replace("refresh-", "access-");
        self.settled.lock().unwrap().insert(token);
    }

    /// Writes as the documents say: only if the token stored last is the replaced one. A store with
    /// another token is a failure.
    fn store(&self, offer: &Offer) {
        let mut known = self.known.lock().unwrap();
        let has = |token: &str| known.iter().any(|known| known == token);
        let is_next = known.last() == Some(offer.replaced.expose());
        if !is_next && has(offer.replaced.expose()) && !has(offer.refresh_token.expose()) {
            offer.failed("The store holds another one.");
            return;
        }
        if is_next {
            known.push(offer.refresh_token.expose().clone());
        }
        drop(known);
        self.settle(offer);
        offer.stored();
    }

    /// Checks that an offered token can be stored: no caller has stored another token since.
    fn check(&self, offer: &Offer, login: &Login) {
        assert!(!login.is_forgotten(), "an offer of a forgotten refresh token");
        let known = self.known.lock().unwrap();
        let of_this_login = known.contains(offer.replaced.expose());
        let is_next = known.last() == Some(offer.replaced.expose());
        assert!(!of_this_login || is_next, "{} was not stored last", offer.replaced.expose());
    }

    async fn keep(&self, offer: Offer, keeper: &Keeper) {
        match keeper {
            Keeper::None => {
                self.settle(&offer);
                offer.postpone();
            }
            Keeper::Keeps(after) => {
                sleep(Duration::from_millis(*after)).await;
                self.store(&offer);
            }
            Keeper::Fails(after) => {
                sleep(Duration::from_millis(*after)).await;
                offer.failed("As the test says.");
            }
            Keeper::Dies(after) => sleep(Duration::from_millis(*after)).await,
            Keeper::Stuck => std::future::pending().await,
            Keeper::Late => {
                sleep(Duration::from_secs(5)).await;
                offer.failed("As the test says.");
                sleep(Duration::from_secs(2)).await;
                self.store(&offer);
            }
        }
    }

    async fn call(self: Arc<Self>, caller: Caller) {
        let storing = match caller.keeper {
            Keeper::None => Storing::InMemory,
            _ => Storing::Within(Duration::from_secs(5)),
        };
        let budget = Duration::from_millis(caller.budget);
        for pause in &caller.pauses {
            sleep(Duration::from_millis(*pause)).await;
            let login = login_living(&self.lineages, &self.token(caller.choice), TTL);
            let source = &self.sources[usize::from(caller.second)];
            let mut resume = None;
            for _ in 0..3 {
                let answer = source.ask(&login, budget, storing, resume.take());
                let answer = timeout(budget + LATENESS, answer).await;
                match answer.unwrap_or_else(|_| panic!("a call of {budget:?} was late")) {
                    Ok(Answer::Token(cached)) => {
                        let handed_out = cached.token.value.expose();
                        let settled = self.settled.lock().unwrap().contains(handed_out);
                        assert!(
                            settled,
                            "{handed_out} was handed out before its refresh token was stored"
                        );
                        break;
                    }
                    Ok(Answer::Offer(offer, there)) => {
                        self.check(&offer, &login);
                        self.keep(offer, &caller.keeper).await;
                        resume = Some(there);
                    }
                    // As the remedy says: the user logs in again.
                    Err(failure) if failure.code == Code::RefreshTokenInvalid => {
                        *self.known.lock().unwrap() = vec![self.issuer.log_in()];
                        break;
                    }
                    Err(_) => break,
                }
            }
        }
    }

    async fn happen(self: Arc<Self>, at: u64, event: Event) {
        sleep(Duration::from_millis(at)).await;
        match event {
            Event::Freeze(seconds) => self.clock.advance(seconds),
            Event::Clear => {
                for source in &self.sources {
                    source.clear();
                }
            }
            Event::Forget => {
                let login = login_living(&self.lineages, &self.token(0), TTL);
                self.sources[1].forget(&login);
                *self.known.lock().unwrap() = vec![self.issuer.log_in()];
            }
            Event::Reject => {
                let login = login_living(&self.lineages, &self.token(0), TTL);
                if let Some(cached) = self.sources[0].cached(&login) {
                    self.sources[0].reject(&login, cached.token.value.expose());
                }
            }
        }
    }

    async fn tick(self: Arc<Self>) {
        loop {
            sleep(TICK).await;
            self.clock.change(|now| *now = now.after(TICK));
        }
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// Lives through a case.
fn live_through(case: Case) -> Arc<Issuer> {
    let world = World::new(case.fates);
    for phase in case.phases {
        runtime().block_on(async {
            tokio::spawn(world.clone().tick());
            for (at, event) in phase.events {
                tokio::spawn(world.clone().happen(at, event));
            }
            let callers = phase.callers.into_iter();
            let callers: Vec<_> =
                callers.map(|caller| tokio::spawn(world.clone().call(caller))).collect();
            sleep(Duration::from_millis(phase.ends)).await;
            for caller in callers.into_iter().filter(tokio::task::JoinHandle::is_finished) {
                caller.await.unwrap();
            }
        });
    }
    world.issuer.clone()
}

#[test]
fn no_spent_refresh_token_is_presented_again() {
    let count = cases(100, 10_000);
    let (posts, second_sends) = (Cell::new(0), Cell::new(0));
    let law = TestRunner::new(config(count)).run(&case(), |case| {
        let issuer = live_through(case);
        prop_assert_eq!(issuer.reuses(), 0);
        posts.set(posts.get() + issuer.posts());
        second_sends.set(second_sends.get() + issuer.second_sends());
        Ok(())
    });
    law.unwrap_or_else(|broken| panic!("{broken}"));
    let (posts, second_sends) = (posts.get(), second_sends.get());
    report(
        9,
        &format!(
            "0 reuses in {count} schedules, {posts} requests; {second_sends} sent again after a lost answer"
        ),
    );
}
