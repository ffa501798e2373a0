//! The two files in which threads meet, for model checkers. `build.rs` copies the files with the
//! checkers' locks, atomics and tasks.

#[path = "../../../src/clock.rs"]
pub mod clock;
#[path = "../../../src/failure.rs"]
pub mod failure;
pub mod runtime;

macro_rules! copies {
    ($($name:ident)+) => {
        $(
            #[allow(unused, clippy::pedantic)]
            pub mod $name {
                include!(concat!(env!("OUT_DIR"), "/", stringify!($name), ".rs"));
            }
        )+
    };
}

copies! {
    flight
    flight_started_between_two_locks
    flight_listed_after_its_start
    flight_answered_before_it_is_off_the_list
    flight_left_on_the_list_by_a_panic
    flight_taken_off_the_list_twice
    deadlines
    deadlines_words_before_their_generation
    deadlines_generation_looked_at_once
    deadlines_words_read_in_any_order
    deadlines_retired_without_comparing
    deadlines_renewal_for_everybody
}

/// Whether to run the full counts, as `SOAK=1` does for the laws too.
pub fn in_soak() -> bool {
    std::env::var_os("SOAK").is_some()
}
