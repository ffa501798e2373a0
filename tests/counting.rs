//! A source is compared with a model of it: the numbers are exact after any steps in any order.

mod support;

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use jsforce_connection_manager::cache::{Peek, Ticket};
use jsforce_connection_manager::clock::{Clock as _, Moment};
use jsforce_connection_manager::life::Life;
use jsforce_connection_manager::source::login::Login;
use proptest::collection::vec;
use proptest::prelude::*;
use tokio::task::JoinSet;

use support::script::granted_for;
use support::{Stage, logins};

const USERS: usize = 4;

/// Shared by all cases, because parsing keys is slow and a login has no state.
static HOLDERS: LazyLock<Vec<Login>> = LazyLock::new(|| logins(USERS));

#[derive(Clone, Debug)]
enum Step {
    /// A user asks for a token.
    Ask(usize),
    /// A peek at one of all tickets that were ever issued.
    Look(prop::sample::Index),
    Advance(u64),
    /// A user invalidates the token of a ticket, which may be old or another user's.
    Invalidate(usize, prop::sample::Index),
    ClearExpired,
    Clear,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..USERS).prop_map(Step::Ask),
        4 => any::<prop::sample::Index>().prop_map(Step::Look),
        3 => (1u64..120).prop_map(Step::Advance),
        3 => (0..USERS, any::<prop::sample::Index>()).prop_map(|(user, at)| Step::Invalidate(user, at)),
        1 => Just(Step::ClearExpired),
        1 => Just(Step::Clear),
    ]
}

/// The tokens and counts that the source should have.
#[derive(Default)]
struct Model {
    cached: [Option<(Ticket, Moment)>; USERS],
    /// The token of each ticket.
    values: Vec<(Ticket, String)>,
    given_out: Vec<Ticket>,
    mints: u64,
    misses: u64,
    hits: u64,
}

impl Model {
    fn count(&self, now: Moment) -> (u64, u64) {
        let alive = self.cached.iter().flatten().filter(|(_, deadline)| now.is_before(*deadline));
        let (all, valid) = (self.cached.iter().flatten().count(), alive.count());
        (valid as u64, (all - valid) as u64)
    }

    fn is_alive(&self, ticket: Ticket, now: Moment) -> bool {
        let mut cached = self.cached.iter().flatten();
        cached.any(|(cached, deadline)| *cached == ticket && now.is_before(*deadline))
    }
}

/// The lives that the server grants, in turn: its default, a short one, none.
fn granted_life(number: usize) -> Option<u64> {
    [None, Some(100), None, Some(0), Some(3_600)][number % 5]
}

async fn take(stage: &Stage, model: &mut Model, step: &Step) {
    let now = stage.clock.now();
    let some_ticket = |model: &Model, at: &prop::sample::Index| match model.given_out.len() {
        0 => Ticket::of(7 << 20),
        count => model.given_out[at.index(count)],
    };
    match step {
        Step::Ask(user) => {
            let cached = stage.token(&HOLDERS[*user]).await;
            if let Some((ticket, _)) = model.cached[*user].filter(|(_, end)| now.is_before(*end)) {
                assert_eq!(cached.ticket, Some(ticket), "a live token is handed out again");
                return;
            }
            let life = granted_life(usize::try_from(model.mints).unwrap());
            let usable = Life::default().usable(life.map(Duration::from_secs));
            (model.mints, model.misses) = (model.mints + 1, model.misses + 1);
            assert_eq!(cached.token.deadline, now.after(usable));
            assert_eq!(cached.ticket.is_some(), !usable.is_zero());
            if let Some(ticket) = cached.ticket {
                assert!(!model.given_out.contains(&ticket), "no number is given out twice");
                model.given_out.push(ticket);
                model.values.push((ticket, cached.token.value.expose().clone()));
                model.cached[*user] = Some((ticket, cached.token.deadline));
            }
        }
        Step::Look(at) => {
            let ticket = some_ticket(model, at);
            let alive = model.is_alive(ticket, now);
            assert_eq!(stage.is_alive(Some(ticket)), alive);
            model.hits += u64::from(alive);
        }
        Step::Advance(seconds) => stage.clock.advance(*seconds),
        Step::Invalidate(user, at) => {
            let ticket = some_ticket(model, at);
            let value = model.values.iter().find(|(given, _)| *given == ticket);
            stage.source.invalidate(&HOLDERS[*user], value.map_or("unknown", |(_, value)| value));
            let cached = &mut model.cached[*user];
            *cached = cached.filter(|(cached, _)| *cached != ticket);
        }
        Step::ClearExpired => {
            let (_, expired) = model.count(now);
            assert_eq!(stage.source.clear_expired(), expired);
            model.cached = model.cached.map(|cached| cached.filter(|(_, end)| now.is_before(*end)));
        }
        Step::Clear => {
            let (valid, expired) = model.count(now);
            assert_eq!(stage.source.clear(), valid + expired);
            model.cached = [None; USERS];
        }
    }
}

fn compare(stage: &Stage, model: &Model) {
    let (stats, now) = (stage.source.stats(), stage.clock.now());
    assert_eq!((stats.cached.valid, stats.cached.expired), model.count(now));
    assert_eq!(stats.cached.hits, model.hits);
    assert_eq!((stats.mints, stats.misses), (model.mints, model.misses));
    assert_eq!((stats.requests, stage.script.posts() as u64), (model.mints, model.mints));
    assert_eq!((stats.failures, stats.coalesced, stats.in_flight), (0, 0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_numbers_are_exact_after_every_step(steps in vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let stage = Stage::new(|sent| granted_for(&format!("token-{}", sent.number), granted_life(sent.number)));
            let mut model = Model::default();
            for step in &steps {
                take(&stage, &mut model, step).await;
                compare(&stage, &model);
            }
            let now = stage.clock.now();
            for ticket in &model.given_out {
                let alive = stage.deadlines.peek(*ticket, now) != Peek::Gone;
                assert_eq!(alive, model.is_alive(*ticket, now), "at the end");
            }
        });
    }
}

#[tokio::test]
async fn the_expired_are_counted_until_they_are_cleared() {
    let stage = Stage::new(|sent| granted_for(&format!("token-{}", sent.number), None));
    for (seconds, login) in [50, 50, 50].into_iter().zip(&*HOLDERS) {
        stage.token(login).await;
        stage.clock.advance(seconds);
    }
    assert_eq!(stage.counts(), (2, 1));
    assert_eq!(stage.source.clear_expired(), 1);
    assert_eq!(stage.counts(), (2, 0));
    stage.clock.advance(150);
    assert_eq!(stage.counts(), (0, 2));
    assert_eq!(stage.source.clear(), 2);
    assert_eq!(stage.counts(), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_numbers_are_exact_after_a_storm() {
    let stage = Arc::new(Stage::new(|sent| granted_for(&format!("token-{}", sent.number), None)));
    let mut storm = JoinSet::new();
    for task in 0..8_usize {
        let stage = stage.clone();
        storm.spawn(async move {
            let mut tickets = Vec::new();
            for round in 0..100 {
                let login = &HOLDERS[(task + round) % USERS];
                let cached = stage.token(login).await;
                tickets.extend(cached.ticket);
                match (round * 8 + task) % 10 {
                    0..5 => stage.source.invalidate(login, cached.token.value.expose()),
                    5 => drop(stage.source.clear()),
                    6 => drop(stage.source.clear_expired()),
                    // So few seconds that no token expires on its way.
                    7 => stage.clock.advance(10),
                    _ => drop(stage.source.stats()),
                }
            }
            tickets
        });
    }
    let tickets: Vec<_> = storm.join_all().await.into_iter().flatten().collect();
    let alive = tickets.iter().filter(|ticket| stage.is_alive(Some(**ticket)));
    let alive: HashSet<_> = alive.map(|ticket| ticket.number()).collect();
    let (valid, expired) = stage.counts();
    assert_eq!(
        valid,
        alive.len() as u64,
        "what may be used is cached, and what is cached may be used"
    );
    let stats = stage.source.stats();
    assert_eq!((stats.mints, stats.in_flight), (stage.script.posts() as u64, 0));
    assert_eq!(stage.source.clear(), valid + expired);
    assert!(tickets.iter().all(|ticket| !stage.is_alive(Some(*ticket))));
    assert_eq!(stage.counts(), (0, 0));
}
