//! One request for each key, in any order of the threads' steps. Shuttle draws the order of every
//! lock, wake-up and task.

use std::panic::catch_unwind;

use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};

/// Half of the schedules are drawn evenly, half by priorities, which finds rare orders sooner (PCT).
fn check(schedules: usize, scenario: fn()) {
    let run = |scheduler: Box<dyn Scheduler + Send>| {
        let mut config = Config::new();
        config.failure_persistence = FailurePersistence::None;
        // A caller that waits for ever ends the test.
        config.max_steps = MaxSteps::FailAfter(20_000);
        Runner::new(scheduler, config).run(scenario);
    };
    run(Box::new(RandomScheduler::new(schedules / 2)));
    run(Box::new(PctScheduler::new(3, schedules - schedules / 2)));
}

macro_rules! laws {
    ($copy:ident) => {
        mod $copy {
            use std::sync::Arc;
            use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};

            use schedules::failure::{Code, Failure};
            use schedules::runtime;
            use schedules::$copy::Flights;
            use shuttle::rand::Rng as _;

            const EPOCHS: usize = 2;

            /// What is known of the flights of one key: an identity at one epoch of the cache.
            #[derive(Default)]
            struct FlightLog {
                busy: AtomicBool,
                begun: AtomicU64,
                ended: AtomicU64,
                /// The newest flight whose answer a caller has.
                answered: AtomicU64,
            }

            #[derive(Default)]
            struct Stage {
                flights: Flights<usize, (usize, u64)>,
                epoch: shuttle::sync::atomic::AtomicUsize,
                logs: [FlightLog; EPOCHS],
            }

            enum End {
                Good,
                Bad,
                Panic,
            }

            type Answer = Result<(usize, u64), shuttle::sync::Arc<Failure>>;

            async fn request(stage: Arc<Stage>, epoch: usize, end: End) -> Answer {
                let log = &stage.logs[epoch];
                assert!(!log.busy.swap(true, SeqCst), "two flights of one key");
                let number = log.begun.fetch_add(1, SeqCst) + 1;
                shuttle::future::yield_now().await;
                log.busy.store(false, SeqCst);
                log.ended.fetch_add(1, SeqCst);
                match end {
                    End::Good => Ok((epoch, number)),
                    End::Bad => Err(shuttle::sync::Arc::new(Failure::new(
                        Code::Refused,
                        number.to_string(),
                    ))),
                    End::Panic => {
                        runtime::panic().await;
                        unreachable!("the task has ended")
                    }
                }
            }

            fn call(stage: &Arc<Stage>) {
                let mut random = shuttle::rand::thread_rng();
                let end = match random.gen_range(0..4) {
                    0 => End::Bad,
                    1 => End::Panic,
                    _ => End::Good,
                };
                let leaves = random.gen_bool(0.25);
                let epoch = stage.epoch.load(SeqCst);
                let log = &stage.logs[epoch];
                let known = log.answered.load(SeqCst);
                let joined = stage.clone();
                let seat = stage.flights.join(epoch, false, || request(joined, epoch, end));
                if leaves {
                    return;
                }
                let number = match shuttle::future::block_on(seat.outcome()) {
                    Ok((of, number)) => {
                        assert_eq!(of, epoch, "an answer from before the cache was cleared");
                        number
                    }
                    Err(failure) if failure.code == Code::Refused => failure.what.parse().unwrap(),
                    Err(failure) => return assert_eq!(failure.code, Code::Internal),
                };
                assert!(number > known, "an answer that somebody had before this caller came");
                log.answered.fetch_max(number, SeqCst);
            }

            pub fn scenario() {
                let stage = Arc::<Stage>::default();
                let callers = [(); 3].map(|()| {
                    let stage = stage.clone();
                    shuttle::thread::spawn(move || (0..2).for_each(|_| call(&stage)))
                });
                // The cache is cleared meanwhile.
                stage.epoch.store(1, SeqCst);
                for caller in callers {
                    caller.join().unwrap();
                }
                while stage.flights.count() > 0 {
                    shuttle::thread::yield_now();
                }
                for (epoch, log) in stage.logs.iter().enumerate() {
                    let [begun, ended] = [&log.begun, &log.ended].map(|count| count.load(SeqCst));
                    assert_eq!(begun, ended, "a flight ended when its callers left");
                    let joined = stage.clone();
                    let seat =
                        stage.flights.join(epoch, false, || request(joined, epoch, End::Good));
                    let answer = shuttle::future::block_on(seat.outcome());
                    assert!(answer.is_ok_and(|got| got == (epoch, begun + 1)), "a wedged key");
                }
            }
        }
    };
}

laws!(flight);
laws!(flight_started_between_two_locks);
laws!(flight_listed_after_its_start);
laws!(flight_answered_before_it_is_off_the_list);
laws!(flight_left_on_the_list_by_a_panic);
laws!(flight_taken_off_the_list_twice);

#[test]
fn there_is_one_flight_for_each_key_in_every_schedule() {
    let count = if schedules::in_soak() { 100_000 } else { 2_000 };
    check(count, flight::scenario);
    println!("\npromise 22: {count} schedules of the flight map: 0 double flights, 0 wedged keys");
}

#[test]
fn the_checker_finds_each_mistake() {
    for (mistake, scenario) in [
        ("starts between two locks", flight_started_between_two_locks::scenario as fn()),
        ("is listed after its start", flight_listed_after_its_start::scenario),
        ("answers while on the list", flight_answered_before_it_is_off_the_list::scenario),
        ("stays on the list after a panic", flight_left_on_the_list_by_a_panic::scenario),
        ("is taken off twice", flight_taken_off_the_list_twice::scenario),
    ] {
        assert!(catch_unwind(|| check(20_000, scenario)).is_err(), "not found: a flight {mistake}");
    }
}
