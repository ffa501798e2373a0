//! A retired ticket is gone for ever, in every order of memory operations. Loom tries all orders of
//! three threads, with at most two preemptions (three in the soak). The law of retired numbers has
//! two threads only, because its orders are the most.

use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use schedules::in_soak;

fn preemptions() -> usize {
    if in_soak() { 3 } else { 2 }
}

/// Runs every order that is possible with so many preemptions. Returns how many orders there are.
fn check(scenario: fn()) -> u64 {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions());
    let orders = Arc::new(AtomicU64::new(0));
    let counted = orders.clone();
    builder.check(move || {
        counted.fetch_add(1, Relaxed);
        scenario();
    });
    orders.load(Relaxed)
}

/// Checks a law on the copy without mistakes.
fn prove(law: &str, scenario: fn()) {
    let orders = check(scenario);
    println!("\npromise 22: {law} in {orders} orders with {} preemptions", preemptions());
}

macro_rules! laws {
    ($copy:ident) => {
        // A copy with a mistake breaks one law only.
        #[allow(dead_code)]
        mod $copy {
            use std::time::Duration;

            use loom::sync::Arc;
            use loom::thread;
            use schedules::clock::Moment;
            use schedules::$copy::{Deadlines, Peek, Ticket};

            const NOW: Moment =
                Moment { wall: 1_000_000_000, monotonic: 5_000_000, boot: 6_000_000 };
            const SECOND: Duration = Duration::from_secs(1);

            fn table() -> (Arc<Deadlines>, Ticket) {
                let table = Deadlines::default();
                let ticket =
                    table.issue(NOW, NOW.after(50 * SECOND), NOW.after(60 * SECOND)).unwrap();
                (Arc::new(table), ticket)
            }

            /// The first token has expired by one clock, its successor has not. Only a mixture of
            /// the two could be alive.
            pub fn a_reader_never_sees_the_next_token_s_life() {
                let (table, first) = table();
                let late = Moment { wall: NOW.wall + 120_000_000, ..NOW };
                let changer = {
                    let table = table.clone();
                    thread::spawn(move || {
                        assert!(table.retire(first).is_some());
                        let next =
                            table.issue(late, late.after(50 * SECOND), late.after(60 * SECOND));
                        assert_ne!(table.peek(next.unwrap(), late), Peek::Gone);
                    })
                };
                let reader = {
                    let table = table.clone();
                    thread::spawn(move || assert_eq!(table.peek(first, late), Peek::Gone))
                };
                assert_eq!(table.peek(first, late), Peek::Gone);
                changer.join().unwrap();
                reader.join().unwrap();
            }

            pub fn a_retired_number_never_comes_alive() {
                let (table, first) = table();
                let changer = {
                    let table = table.clone();
                    thread::spawn(move || {
                        table.retire(first);
                        table.issue(NOW, NOW.after(50 * SECOND), NOW.after(60 * SECOND)).unwrap()
                    })
                };
                let reader = {
                    let table = table.clone();
                    thread::spawn(move || {
                        let seen = [(); 2].map(|()| table.peek(first, NOW) != Peek::Gone);
                        assert_ne!(seen, [false, true], "gone, and alive again");
                    })
                };
                let second = changer.join().unwrap();
                reader.join().unwrap();
                assert_eq!(table.peek(first, NOW), Peek::Gone);
                assert!(second != first && table.peek(second, NOW) != Peek::Gone);
            }

            pub fn a_slot_is_given_out_to_one_at_a_time() {
                let (table, first) = table();
                let retiring = [(); 2].map(|()| {
                    let table = table.clone();
                    thread::spawn(move || table.retire(first).is_some())
                });
                let mine = table.retire(first).is_some();
                let [one, two] = retiring.map(|one| one.join().unwrap());
                let retired = [mine, one, two];
                assert_eq!(retired.iter().filter(|done| **done).count(), 1, "{retired:?}");
                let issue =
                    || table.issue(NOW, NOW.after(50 * SECOND), NOW.after(60 * SECOND)).unwrap();
                let (one, two) = (issue(), issue());
                assert_ne!(one, two);
                table.retire(one);
                assert_ne!(table.peek(two, NOW), Peek::Gone);
            }

            pub fn one_reader_is_asked_to_renew() {
                let (table, ticket) = table();
                let readers = [(); 2].map(|()| {
                    let table = table.clone();
                    thread::spawn(move || table.peek(ticket, NOW.after(55 * SECOND)))
                });
                let mine = table.peek(ticket, NOW.after(55 * SECOND));
                let [one, two] = readers.map(|one| one.join().unwrap());
                let seen = [mine, one, two];
                assert!(!seen.contains(&Peek::Gone));
                assert_eq!(seen.iter().filter(|peek| **peek == Peek::Due).count(), 1);
            }
        }
    };
}

laws!(deadlines);
laws!(deadlines_words_before_their_generation);
laws!(deadlines_words_read_in_any_order);
laws!(deadlines_generation_looked_at_once);
laws!(deadlines_retired_without_comparing);
laws!(deadlines_renewal_for_everybody);

#[test]
fn a_reader_never_sees_the_next_token_s_life() {
    prove(
        "a reader never sees the next token's life",
        deadlines::a_reader_never_sees_the_next_token_s_life,
    );
}

#[test]
fn a_retired_number_never_comes_alive() {
    prove("a retired number never comes alive", deadlines::a_retired_number_never_comes_alive);
}

#[test]
fn a_slot_is_given_out_to_one_at_a_time() {
    prove("a slot is given out to one at a time", deadlines::a_slot_is_given_out_to_one_at_a_time);
}

#[test]
fn one_reader_is_asked_to_renew() {
    prove("one reader is asked to renew", deadlines::one_reader_is_asked_to_renew);
}

#[test]
fn the_checker_finds_each_mistake() {
    for (mistake, scenario) in [
        (
            "words are written before their generation",
            deadlines_words_before_their_generation::a_reader_never_sees_the_next_token_s_life
                as fn(),
        ),
        (
            "words are read in any order",
            deadlines_words_read_in_any_order::a_reader_never_sees_the_next_token_s_life,
        ),
        (
            "the generation is looked at once",
            deadlines_generation_looked_at_once::a_reader_never_sees_the_next_token_s_life,
        ),
        (
            "a ticket is retired without comparing",
            deadlines_retired_without_comparing::a_slot_is_given_out_to_one_at_a_time,
        ),
        (
            "everybody is asked to renew",
            deadlines_renewal_for_everybody::one_reader_is_asked_to_renew,
        ),
    ] {
        assert!(catch_unwind(|| check(scenario)).is_err(), "not found: {mistake}");
    }
}
