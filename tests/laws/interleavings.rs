//! Promise 22, for the flights, by real threads in many orders.
//!
//! `tests/schedules` does the same under a model checker, with its own locks and tasks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};

use jsforce_connection_manager::failure::{Code, Failure};
use jsforce_connection_manager::source::flight::Flights;

use super::{cases, report};

const KEYS: usize = 3;
const THREADS: u32 = 8;

/// What is known of one identity's flights.
#[derive(Default)]
struct FlightLog {
    /// A request is running.
    busy: AtomicBool,
    /// Requests begun.
    begun: AtomicU64,
}

/// A request that ends when this value is dropped, for any reason.
struct Running(Arc<FlightLog>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.busy.store(false, SeqCst);
    }
}

async fn request(log: Arc<FlightLog>, turn: u64) -> Result<u64, Arc<Failure>> {
    assert!(!log.busy.swap(true, SeqCst), "two requests of one identity");
    let (running, number) = (Running(log.clone()), log.begun.fetch_add(1, SeqCst) + 1);
    for _ in 0..turn % 4 {
        tokio::task::yield_now().await;
    }
    drop(running);
    match turn % 11 {
        0 => std::panic::resume_unwind(Box::new("a request that panics")),
        1 | 2 => Err(Arc::new(Failure::new(Code::Refused, number.to_string()))),
        _ => Ok(number),
    }
}

/// Joins a flight, and waits or leaves. Checks the answer: it comes from a flight that was running
/// when this caller joined, and this caller did not get it before.
fn fly(thread: u64, rounds: u32, flights: &Flights<usize, u64>, logs: &[Arc<FlightLog>]) {
    let runtime = tokio::runtime::Handle::current();
    let mut last = [0; KEYS];
    for round in 0..u64::from(rounds) {
        let turn = round.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23) ^ thread;
        let key = usize::try_from(turn >> 7).unwrap_or_default() % KEYS;
        let log = &logs[key];
        let begun = log.begun.load(SeqCst);
        let seat = flights.join(key, false, || request(log.clone(), turn));
        if turn.is_multiple_of(5) {
            // This caller leaves; the flight continues.
            continue;
        }
        let number = match runtime.block_on(seat.outcome()) {
            Ok(number) => number,
            Err(failure) if failure.code == Code::Refused => failure.what.parse().unwrap(),
            Err(failure) => {
                assert_eq!(failure.code, Code::Internal, "{failure}");
                continue;
            }
        };
        assert!(number >= begun, "the answer of {number} to a caller that came after {begun}");
        assert!(number > last[key], "the answer of {number} again");
        last[key] = number;
    }
}

#[test]
fn there_is_one_flight_and_everybody_gets_its_answer() {
    let joins = cases(20_000, 1_000_000);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let flights = Flights::default();
    let logs: Vec<Arc<FlightLog>> = (0..KEYS).map(|_| Arc::default()).collect();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (runtime, flights, logs) = (&runtime, &flights, &logs);
            scope.spawn(move || {
                let _inside = runtime.enter();
                fly(thread.into(), joins / THREADS, flights, logs);
            });
        }
    });
    while flights.count() > 0 {
        std::thread::yield_now();
    }
    assert!(logs.iter().all(|log| !log.busy.load(SeqCst)));
    let begun: u64 = logs.iter().map(|log| log.begun.load(SeqCst)).sum();
    assert!(begun > 0);
    report(
        22,
        &format!(
            "{joins} joins by {THREADS} threads, {begun} flights: never two at once for one identity, 0 lost or wedged callers"
        ),
    );
}
