//! Promise 12: the numbers are exact after every step, renewals and refusals included.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use jsforce_connection_manager::cache::{Deadlines, Peek, Ticket};
use jsforce_connection_manager::clock::{Clock as _, Moment};
use jsforce_connection_manager::failure::Code;
use jsforce_connection_manager::life::Life;
use jsforce_connection_manager::source::TokenSource;
use jsforce_connection_manager::source::login::Login;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;

use super::server::{Server, granted, inactive_user, runtime};
use super::support::clock::ManualClock;
use super::support::{BUDGET, logins, source_on, token_of};
use super::{cases, config, report};

const USERS: usize = 3;

#[derive(Clone, Debug)]
enum Step {
    Ask(usize),
    /// A peek at one of all tickets that were ever issued.
    Look(Index),
    Renew(usize, Index),
    Advance(u64),
    Invalidate(usize, Index),
    Reject(usize, Index),
    /// From now on, the server grants, or refuses for good.
    Grant(bool),
    ClearExpired,
    Clear,
}

fn step() -> impl Strategy<Value = Step> {
    let (user, at) = (|| 0..USERS, any::<Index>);
    prop_oneof![
        6 => user().prop_map(Step::Ask),
        4 => at().prop_map(Step::Look),
        3 => (user(), at()).prop_map(|(user, at)| Step::Renew(user, at)),
        4 => (1u64..150).prop_map(Step::Advance),
        2 => (user(), at()).prop_map(|(user, at)| Step::Invalidate(user, at)),
        1 => (user(), at()).prop_map(|(user, at)| Step::Reject(user, at)),
        2 => any::<bool>().prop_map(Step::Grant),
        1 => Just(Step::ClearExpired),
        1 => Just(Step::Clear),
    ]
}

struct Stage {
    clock: Arc<ManualClock>,
    deadlines: Arc<Deadlines>,
    source: Arc<TokenSource>,
    grants: Arc<AtomicBool>,
    posts: Arc<AtomicUsize>,
}

impl Stage {
    fn new() -> Self {
        let (grants, posts) = (Arc::new(AtomicBool::new(true)), Arc::<AtomicUsize>::default());
        let server = {
            let (grants, posts) = (grants.clone(), posts.clone());
            Server(move || {
                let number = posts.fetch_add(1, Relaxed);
                Ok(if grants.load(Relaxed) {
                    granted(&number.to_string(), None)
                } else {
                    inactive_user()
                })
            })
        };
        let (clock, deadlines) = (Arc::<ManualClock>::default(), Arc::<Deadlines>::default());
        let source = source_on(Arc::new(server), clock.clone(), deadlines.clone(), 10);
        Self { clock, deadlines, source, grants, posts }
    }
}

/// The tokens and counts that the source should have. A case is too short to reach the cap on
/// logins.
#[derive(Default)]
struct Model {
    cached: [Option<(Ticket, Moment)>; USERS],
    /// Until when a refusal is remembered, and how long the pause was.
    refused: [Option<(Moment, u64)>; USERS],
    /// Which logins have ever brought a token.
    worked: [bool; USERS],
    given_out: Vec<Ticket>,
    /// The token of each ticket.
    values: Vec<(Ticket, String)>,
    hits: u64,
    misses: u64,
    mints: u64,
    failures: u64,
}

impl Model {
    fn count(&self, now: Moment) -> (u64, u64) {
        let alive = self.cached.iter().flatten().filter(|(_, end)| now.is_before(*end)).count();
        (alive as u64, (self.cached.iter().flatten().count() - alive) as u64)
    }

    fn alive(&self, user: usize, now: Moment) -> Option<Ticket> {
        self.cached[user].filter(|(_, end)| now.is_before(*end)).map(|(ticket, _)| ticket)
    }

    fn refuses(&self, user: usize, now: Moment) -> bool {
        self.refused[user].is_some_and(|(until, _)| now.is_before(until))
    }

    /// One request; the source caches its token. The failure of a renewal is not remembered.
    fn request(&mut self, stage: &Stage, user: usize, login: &Login, is_renewal: bool) {
        let now = stage.clock.now();
        if stage.grants.load(Relaxed) {
            let cached = stage.source.cached(login).expect("it was granted");
            let ticket = cached.ticket.expect("it is cached");
            assert_eq!(cached.token.deadline, now.after(Life::default().usable(None)));
            assert!(!self.given_out.contains(&ticket), "no number is given out twice");
            (self.mints, self.refused[user], self.worked[user]) = (self.mints + 1, None, true);
            self.given_out.push(ticket);
            self.values.push((ticket, cached.token.value.expose().clone()));
            self.cached[user] = Some((ticket, cached.token.deadline));
        } else {
            self.failures += 1;
            let pause = match self.refused[user] {
                _ if is_renewal => return,
                None if self.worked[user] => 1,
                Some((_, last)) if last >= 60 => (last * 2).min(900),
                _ => 60,
            };
            self.refused[user] = Some((now.after(Duration::from_secs(pause)), pause));
        }
    }
}

async fn take(stage: &Stage, model: &mut Model, logins: &[Login], step: &Step) {
    let (source, now) = (&stage.source, stage.clock.now());
    let some_ticket = |model: &Model, at: &Index| match model.given_out.len() {
        0 => Ticket::of(7 << 20),
        count => model.given_out[at.index(count)],
    };
    match step {
        Step::Ask(user) => {
            let outcome = token_of(source, &logins[*user], BUDGET).await;
            if let Some(ticket) = model.alive(*user, now) {
                model.hits += 1;
                assert_eq!(outcome.ok().unwrap().ticket, Some(ticket), "the live one again");
                return;
            }
            model.misses += 1;
            if model.refuses(*user, now) {
                assert_eq!(outcome.err().unwrap().code, Code::UserInactive);
            } else {
                assert_eq!(outcome.is_ok(), stage.grants.load(Relaxed));
                model.request(stage, *user, &logins[*user], false);
            }
        }
        Step::Look(at) => {
            let ticket = some_ticket(model, at);
            let alive = (0..USERS).any(|user| model.alive(user, now) == Some(ticket));
            assert_eq!(stage.deadlines.peek(ticket, now) != Peek::Gone, alive);
            model.hits += u64::from(alive);
        }
        Step::Renew(user, at) => {
            let ticket = some_ticket(model, at);
            source.renew(&logins[*user], ticket);
            while source.stats().in_flight > 0 {
                tokio::task::yield_now().await;
            }
            // A ticket that is not the live one has been renewed already.
            let due = model.alive(*user, now).is_none_or(|alive| alive == ticket);
            if due && !model.refuses(*user, now) {
                model.request(stage, *user, &logins[*user], true);
            }
        }
        Step::Advance(seconds) => stage.clock.advance(*seconds),
        Step::Invalidate(user, at) | Step::Reject(user, at) => {
            let ticket = some_ticket(model, at);
            let value = model.values.iter().find(|(given, _)| *given == ticket);
            let value = value.map_or("unknown", |(_, value)| value);
            match step {
                Step::Reject(..) => drop(source.reject(&logins[*user], value)),
                _ => source.invalidate(&logins[*user], value),
            }
            model.cached[*user] = model.cached[*user].filter(|(cached, _)| *cached != ticket);
        }
        Step::Grant(grants) => stage.grants.store(*grants, Relaxed),
        Step::ClearExpired => {
            assert_eq!(source.clear_expired(), model.count(now).1);
            model.cached = model.cached.map(|cached| cached.filter(|(_, end)| now.is_before(*end)));
        }
        Step::Clear => {
            let (valid, expired) = model.count(now);
            assert_eq!(source.clear(), valid + expired);
            (model.cached, model.refused) = ([None; USERS], [None; USERS]);
            model.worked = [false; USERS];
        }
    }
}

fn compare(stage: &Stage, model: &Model) {
    let stats = stage.source.stats();
    assert_eq!((stats.cached.valid, stats.cached.expired), model.count(stage.clock.now()));
    assert_eq!((stats.hits, stats.misses), (model.hits, model.misses));
    assert_eq!((stats.mints, stats.failures), (model.mints, model.failures));
    assert_eq!(stats.requests, model.mints + model.failures);
    assert_eq!(stage.posts.load(Relaxed) as u64, stats.requests);
    assert_eq!((stats.coalesced, stats.in_flight), (0, 0));
}

#[test]
fn the_numbers_are_exact_after_every_step() {
    let wanted = u64::from(cases(1_500, 10_000));
    let (checks, logins, runtime) = (Cell::new(0), logins(USERS), runtime());
    while checks.get() < wanted {
        let run = TestRunner::new(config(16)).run(&vec(step(), 1..60), |steps| {
            runtime.block_on(async {
                let (stage, mut model) = (Stage::new(), Model::default());
                for step in &steps {
                    take(&stage, &mut model, &logins, step).await;
                    compare(&stage, &model);
                    checks.set(checks.get() + 1);
                }
            });
            Ok(())
        });
        run.unwrap_or_else(|error| panic!("{error}"));
    }
    report(12, &format!("0 mismatches in {} checks against a model", checks.get()));
}
