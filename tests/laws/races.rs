//! Promise 11: a cleared or invalidated token does not come back, in any order of the threads.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Barrier};

use jsforce_connection_manager::cache::CachedToken;
use jsforce_connection_manager::cache::{Deadlines, Peek};
use jsforce_connection_manager::clock::Clock as _;
use jsforce_connection_manager::source::TokenSource;
use jsforce_connection_manager::source::login::Login;
use tokio::runtime::Runtime;

use super::server::{Server, granted};
use super::support::clock::ManualClock;
use super::support::{BUDGET, login, source_on, token_of};
use super::{cases, report};

/// A source whose server waits for the test's thread before it answers. Both continue at the same
/// moment.
struct Ring {
    runtime: Runtime,
    clock: Arc<ManualClock>,
    deadlines: Arc<Deadlines>,
    source: Arc<TokenSource>,
    meeting: Arc<Barrier>,
    pause: Arc<AtomicU64>,
    login: Login,
}

impl Ring {
    fn new() -> Self {
        let meeting = Arc::new(Barrier::new(2));
        let (pause, posts) = (Arc::new(AtomicU64::new(0)), AtomicU64::new(0));
        let server = {
            let (meeting, pause) = (meeting.clone(), pause.clone());
            Server(move || {
                meeting.wait();
                dawdle(pause.load(Relaxed));
                Ok(granted(&posts.fetch_add(1, Relaxed).to_string(), None))
            })
        };
        let clock = Arc::new(ManualClock::default());
        let deadlines = Arc::new(Deadlines::default());
        let source = source_on(Arc::new(server), clock.clone(), deadlines.clone(), 10);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.unwrap();
        Self { runtime, clock, deadlines, source, meeting, pause, login: login() }
    }

    /// Runs `act` while the flight that `waiters` started ends. Returns the tokens that they get.
    fn race(&self, round: u64, waiters: &[Waiter], act: impl FnOnce()) -> Vec<Arc<CachedToken>> {
        let waiting: Vec<_> = {
            let _inside = self.runtime.enter();
            waiters.iter().map(|ask| ask(self)).collect()
        };
        // One side waits longer in each round, so that all orders come up.
        self.pause.store(round * 7 % 64 * 64, Relaxed);
        self.meeting.wait();
        dawdle(round * 13 % 64 * 96);
        act();
        let got = waiting.into_iter().flatten().map(|waiter| {
            let outcome = self.runtime.block_on(waiter).expect("a waiter does not panic");
            outcome.unwrap_or_else(|failure| panic!("a waiter was let down: {failure}"))
        });
        let got = got.collect();
        while self.source.stats().in_flight > 0 {
            std::thread::yield_now();
        }
        got
    }

    fn is_gone(&self, cached: &CachedToken) -> bool {
        cached
            .ticket
            .is_none_or(|ticket| self.deadlines.peek(ticket, self.clock.now()) == Peek::Gone)
    }
}

type Waiting = tokio::task::JoinHandle<
    Result<Arc<CachedToken>, Arc<jsforce_connection_manager::failure::Failure>>,
>;
type Waiter = fn(&Ring) -> Option<Waiting>;

const ASK: Waiter = |ring| Some(tokio::spawn(token_of(&ring.source, &ring.login, BUDGET)));
const RENEW: Waiter = |ring| {
    let old = ring.source.cached(&ring.login).expect("the last round's token");
    ring.source.renew(&ring.login, old.ticket.expect("it was cached"));
    None
};

fn dawdle(turns: u64) {
    for _ in 0..turns {
        std::hint::spin_loop();
    }
}

#[test]
fn fault_28_what_was_cleared_does_not_come_back() {
    let (ring, rounds) = (Ring::new(), cases(400, 10_000));
    let (mut fenced, mut swept) = (0, 0);
    for round in 0..u64::from(rounds) {
        let got = ring.race(round, &[ASK, ASK], || {
            swept += ring.source.clear();
        });
        assert_eq!(got[0].token.value.expose(), got[1].token.value.expose());
        assert!(
            got.iter().all(|cached| ring.is_gone(cached)),
            "round {round}: it can still be used"
        );
        assert!(ring.source.cached(&ring.login).is_none(), "round {round}: it is cached again");
        fenced += u64::from(got[0].ticket.is_none());
    }
    assert_eq!(fenced + swept, u64::from(rounds), "each token was fenced out or swept out");
    assert!(rounds < 400 || fenced > 0 && swept > 0, "one order only: {fenced}, {swept}");
    report(
        11,
        &format!(
            "0 resurrected tokens in {rounds} races of clear (it came before the token {fenced} \
             times, after it {swept} times)"
        ),
    );
}

#[test]
fn fault_29_what_was_invalidated_does_not_come_back_and_its_successor_stays() {
    let (ring, rounds) = (Ring::new(), cases(400, 10_000));
    ring.race(0, &[ASK], || {});
    let mut present = 0;
    for round in 0..u64::from(rounds) {
        let old = ring.source.cached(&ring.login).expect("the successor of the last round");
        ring.race(round, &[RENEW], || {
            present += u64::from(!ring.is_gone(&old));
            ring.source.invalidate(&ring.login, old.token.value.expose());
            assert!(ring.is_gone(&old), "round {round}: alive after it was invalidated");
        });
        assert!(ring.is_gone(&old), "round {round}: the old token can be used again");
        let new = ring.source.cached(&ring.login).expect("the successor stays");
        assert!(new.ticket != old.ticket && !ring.is_gone(&new), "round {round}");
    }
    assert!(rounds < 400 || present > 0 && present < u64::from(rounds), "one order only");
    report(
        11,
        &format!(
            "0 resurrected tokens and 0 lost successors in {rounds} races of invalidate against \
             a renewal (it came first {present} times)"
        ),
    );
}
