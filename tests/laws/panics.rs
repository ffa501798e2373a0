//! Promise 19: a panic ends one request, as a typed failure, and nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};

use jsforce_connection_manager::clock::{Clock, Moment};
use jsforce_connection_manager::failure::{Code, Failure};
use jsforce_connection_manager::identity::IdentityKey;
use jsforce_connection_manager::source::TokenSource;
use jsforce_connection_manager::source::flight::Flights;
use jsforce_connection_manager::transport::{Answer, Request, Transport};

use super::report;
use super::server::{granted, runtime};
use super::support::clock::START;
use super::support::{BUDGET, login, refused, source_on, token_of, until};

/// Panics at the reading with this number. Readings before the count began are not counted.
struct Brittle(AtomicI64);

impl Clock for Brittle {
    fn now(&self) -> Moment {
        assert!(self.0.fetch_sub(1, Relaxed) != 0, "CANARY of a clock");
        START
    }
}

/// Panics at the given place: when the request is taken, or when its answer is awaited.
#[derive(Default)]
struct Trap {
    at_once: AtomicBool,
    later: AtomicBool,
}

impl Transport for Trap {
    fn send(&self, _request: Request) -> Answer<'_> {
        assert!(!self.at_once.swap(false, Relaxed), "CANARY of a transport");
        Box::pin(async move {
            tokio::task::yield_now().await;
            assert!(!self.later.swap(false, Relaxed), "CANARY of an answer");
            Ok(granted("token", None))
        })
    }
}

struct Stage {
    clock: Arc<Brittle>,
    trap: Arc<Trap>,
    source: Arc<TokenSource>,
}

fn stage() -> Stage {
    let (clock, trap) = (Arc::new(Brittle(AtomicI64::new(-1))), Arc::<Trap>::default());
    let source = source_on(trap.clone(), clock.clone(), Arc::default(), 10);
    Stage { clock, trap, source }
}

fn assert_internal(failure: &Failure) {
    assert_eq!((failure.code, failure.retryable), (Code::Internal, true));
    assert!(!format!("{failure} {failure:?}").contains("CANARY"), "{failure}");
}

#[test]
fn fault_27_a_panicking_transport_is_internal_for_all_and_the_next_call_works() {
    let login = login();
    for trap in [|trap: &Trap| &trap.at_once, |trap: &Trap| &trap.later] as [fn(&_) -> &_; 2] {
        let stage = stage();
        runtime().block_on(async {
            trap(&stage.trap).store(true, Relaxed);
            let callers = [(); 3].map(|()| token_of(&stage.source, &login, BUDGET));
            for caller in callers {
                assert_internal(&refused(caller.await));
            }
            assert_eq!(stage.source.stats().in_flight, 0);
            assert!(token_of(&stage.source, &login, BUDGET).await.is_ok());
        });
    }
}

/// The call itself panics if the clock panics before the call waits. The boundary to Node.js must
/// catch that. In the flight, the panic becomes a typed failure.
#[test]
fn fault_27_a_clock_that_panics_anywhere_blocks_no_later_call() {
    let (login, mut contained, mut thrown, mut reached) = (login(), 0, 0, false);
    for reading in 0.. {
        let stage = stage();
        runtime().block_on(async {
            stage.clock.0.store(reading, Relaxed);
            let call = catch_unwind(AssertUnwindSafe(|| token_of(&stage.source, &login, BUDGET)));
            match call {
                Err(_) => thrown += 1,
                Ok(call) => match tokio::spawn(call).await {
                    Err(_) => thrown += 1,
                    Ok(Err(failure)) => {
                        assert_internal(&failure);
                        contained += 1;
                    }
                    Ok(Ok(_)) => reached = true,
                },
            }
            stage.clock.0.store(-1, Relaxed);
            until("the flight lands", || stage.source.stats().in_flight == 0).await;
            assert!(token_of(&stage.source, &login, BUDGET).await.is_ok(), "reading {reading}");
            assert_eq!(stage.source.clear(), 1, "reading {reading}");
        });
        if reached {
            break;
        }
    }
    assert!(contained >= 4 && thrown >= 1, "{contained} contained, {thrown} thrown");
    report(
        19,
        &format!(
            "a transport that panics in 2 places: INTERNAL; a clock that panics at each of {} \
             readings: {contained} INTERNAL in the flight, {thrown} thrown in the caller's own \
             call, 0 wedged keys, the next call works",
            contained + thrown
        ),
    );
}

#[test]
fn a_request_that_panics_while_it_is_made_leaves_no_flight() {
    let (flights, name) = (Flights::<_, u8>::default(), IdentityKey::derive(b"x").identity(["x"]));
    runtime().block_on(async {
        let join = catch_unwind(AssertUnwindSafe(|| {
            flights.join(name, false, || -> std::future::Ready<Result<u8, Arc<Failure>>> {
                panic!("before there is a future")
            });
        }));
        assert!(join.is_err());
        assert_eq!(flights.count(), 0);
        let seat = flights.join(name, false, || std::future::ready(Ok(7)));
        assert_eq!(seat.outcome().await, Ok(7));
    });
}
