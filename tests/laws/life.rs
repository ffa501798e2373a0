//! Promise 1: no token is handed out past its life, whatever the clocks do.

use std::cell::Cell;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jsforce_connection_manager::cache::{Deadlines, Peek, Ticket};
use jsforce_connection_manager::clock::{Clock, Moment};
use jsforce_connection_manager::life::Life;
use jsforce_connection_manager::source::login::Login;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::server::{Server, granted, runtime};
use super::support::clock::START;
use super::support::{BUDGET, Config, credential_of, source_on, token_of};
use super::{cases, config, report};

const HOUR: u64 = 3_600_000_000;

/// Faults of the clocks.
#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    MonotonicStalls,
    MonotonicJumps,
    WallSteps,
}

/// True time, and faulty clocks.
struct World {
    fault: Fault,
    /// As on platforms without a boot clock.
    boot_is_monotonic: bool,
    state: Mutex<(u64, Moment)>,
}

impl World {
    /// Advances true time by `span`. `twist` tells whether and how the fault happens.
    fn pass(&self, span: u64, twist: i8) {
        let (truth, now) = &mut *self.state.lock().unwrap();
        *truth += span;
        let stands = matches!(self.fault, Fault::MonotonicStalls) && twist != 0;
        now.wall += span;
        now.monotonic += if stands { 0 } else { span };
        now.boot += span;
        match self.fault {
            Fault::MonotonicJumps => now.monotonic += HOUR / 8 * u64::from(twist.unsigned_abs()),
            Fault::WallSteps => {
                now.wall =
                    now.wall.saturating_add_signed(i64::from(twist.signum()) * 3_600_000_000);
            }
            Fault::None | Fault::MonotonicStalls => {}
        }
        if self.boot_is_monotonic {
            now.boot = now.monotonic;
        }
    }

    fn state(&self) -> (u64, Moment) {
        *self.state.lock().unwrap()
    }
}

impl Clock for World {
    fn now(&self) -> Moment {
        self.state().1
    }
}

#[derive(Clone, Debug)]
struct Case {
    fault: Fault,
    boot_is_monotonic: bool,
    /// Some machines start in 1970.
    wall: u64,
    /// The configured life and buffer, and what the server grants, in seconds.
    life: (u64, u64),
    grants: Vec<Option<u64>>,
    /// How long the requests take, and what the clocks do meanwhile.
    requests: Vec<(u64, i8)>,
    /// Time between reads.
    spans: Vec<(u64, i8)>,
}

/// Spans from nothing to some hours, mostly near the lives of tokens.
fn span() -> impl Strategy<Value = (u64, i8)> {
    let span = prop_oneof![0..1_000u64, 0..60_000_000u64, 0..2 * HOUR];
    (span, prop_oneof![4 => Just(0i8), 1 => -8..8i8])
}

fn case() -> impl Strategy<Value = Case> {
    use Fault::{MonotonicJumps, MonotonicStalls, None, WallSteps};
    let faults = prop::sample::select(vec![None, MonotonicStalls, MonotonicJumps, WallSteps]);
    let walls = prop::sample::select(vec![0, 1_000_000, HOUR, START.wall]);
    let ttl = prop_oneof![10..200u64, 10..=86_400u64];
    let life = ttl.prop_flat_map(|ttl| (Just(ttl), 0..=ttl - 10));
    let grants = vec(prop::option::of(prop_oneof![1..100u64, 1..100_000u64]), 4);
    let requests = vec(prop_oneof![3 => (0..4_000_000u64, Just(0i8)), 1 => span()], 4);
    (faults, any::<bool>(), walls, life, grants, requests, vec(span(), 25)).prop_map(
        |(fault, boot_is_monotonic, wall, life, grants, requests, spans)| Case {
            fault,
            boot_is_monotonic,
            wall,
            life,
            grants,
            requests,
            spans,
        },
    )
}

/// What the server knows of a token: its life, and when it was granted, by true time and by the
/// clocks.
type Given = (u64, Moment, u64);

/// Checks that the token with this number may be handed out now.
fn assert_alive(world: &World, given: &Given, buffer: u64, how: &str) {
    let ((truth, now), (then, clocks, life)) = (world.state(), given);
    let ages = [
        truth - then,
        now.wall.saturating_sub(clocks.wall),
        now.monotonic.saturating_sub(clocks.monotonic),
        now.boot.saturating_sub(clocks.boot),
    ];
    let age = ages.into_iter().max().unwrap();
    assert!(age < *life, "{how}: a dead token, {ages:?} of {life}");
    let least = (life / 10).min(60_000_000).min(buffer);
    assert!(life - age >= least, "{how}: too little is left, {ages:?} of {life}");
}

/// Returns how many reads there were, and how many requests took longer than the life of their
/// token.
async fn run(case: &Case, login: &Login) -> (u64, u64) {
    let start = Moment { wall: case.wall, ..START };
    let world = Arc::new(World {
        fault: case.fault,
        boot_is_monotonic: case.boot_is_monotonic,
        state: Mutex::new((0, start)),
    });
    let given: Arc<Mutex<Vec<Given>>> = Arc::default();
    let server = {
        let (world, given, case) = (world.clone(), given.clone(), case.clone());
        Server(move || {
            let mut given = given.lock().unwrap();
            let (number, (truth, now)) = (given.len(), world.state());
            let grant = case.grants[number % case.grants.len()];
            let life = grant.unwrap_or(case.life.0).min(case.life.0) * 1_000_000;
            given.push((truth, now, life));
            let (span, twist) = case.requests[number % case.requests.len()];
            world.pass(span, twist);
            Ok(granted(&number.to_string(), grant))
        })
    };
    let deadlines = Arc::new(Deadlines::default());
    let source = source_on(Arc::new(server), world.clone(), deadlines.clone(), 9);
    let buffer = case.life.1 * 1_000_000;
    let alive = |number: &str, how| {
        let number: usize = number.parse().unwrap();
        assert_alive(&world, &given.lock().unwrap()[number], buffer, how);
    };
    let (mut tickets, mut reads, mut late) = (Vec::<(Ticket, String)>::new(), 0, 0);
    for (at, (span, twist)) in case.spans.iter().enumerate() {
        world.pass(*span, *twist);
        if at % 3 == 0 {
            match token_of(&source, login, BUDGET).await {
                Ok(cached) => {
                    let value = cached.token.value.expose();
                    alive(value, "token");
                    tickets.extend(cached.ticket.map(|ticket| (ticket, value.clone())));
                }
                Err(failure) => {
                    assert!(failure.retryable, "{failure}");
                    late += 1;
                }
            }
        }
        if let Some(cached) = source.cached(login) {
            alive(cached.token.value.expose(), "cached");
        }
        for (ticket, value) in tickets.iter().rev().take(8) {
            if deadlines.peek(*ticket, world.glance()) != Peek::Gone {
                alive(value, "peek");
            }
        }
        reads += 1 + u64::from(at % 3 == 0) + tickets.len().min(8) as u64;
    }
    (reads, late)
}

#[test]
fn fault_1_no_token_is_handed_out_past_its_life() {
    let reads = u64::from(cases(10_000, 1_000_000));
    let (done, late) = (Cell::new(0), Cell::new(0));
    let runtime = runtime();
    let mut credential = Some(Config::default().credential());
    while done.get() < reads {
        // Parsing a key is slow, so one credential is used for many lives.
        let shared = std::cell::RefCell::new(credential.take());
        let run = TestRunner::new(config(16)).run(&case(), |case| {
            let mut credential = shared.take().expect("given back by the last case");
            let (ttl, buffer) = case.life;
            credential.life =
                Life::new(Duration::from_secs(ttl), Duration::from_secs(buffer)).unwrap();
            let login = Login::by_jwt(credential);
            let (reads, lates) = runtime.block_on(run(&case, &login));
            done.set(done.get() + reads);
            late.set(late.get() + lates);
            *shared.borrow_mut() = credential_of(login);
            Ok(())
        });
        run.unwrap_or_else(|error| panic!("{error}"));
        credential = shared.take();
    }
    report(
        1,
        &format!(
            "0 dead tokens in {} reads under 4 clock models, with and without a boot clock \
             ({} requests outlived their token and were refused)",
            done.get(),
            late.get()
        ),
    );
}
