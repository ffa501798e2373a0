//! Attempts share one budget, wait between each other, and stand beside each other where that is safe.

mod support;

use std::cell::Cell;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use jsforce_connection_manager::clock::Clock as _;
use jsforce_connection_manager::failure::{Code, Failure};
use jsforce_connection_manager::retry::{BUDGET, Patience, within};
use jsforce_connection_manager::transport::Permit;
use tokio::sync::Semaphore;
use tokio::time::sleep;

use support::clock::{Paused, START};

fn at_once<'a>() -> Permit<'a> {
    Box::pin(async { Box::new(()) as Box<dyn Send> })
}

async fn run(budget: Duration, failure: Failure) -> (Failure, Duration) {
    let clock = Paused::default();
    let patience = Patience { budget, ..Patience::WAITED_FOR };
    let attempt = |_| async { Err::<(), _>(failure.clone()) };
    let result = within(patience, &clock, at_once, attempt).await;
    (result.unwrap_err(), clock.now().since(START))
}

#[tokio::test(start_paused = true)]
async fn passing_failures_are_tried_three_times_with_short_waits() {
    let (failure, took) = run(BUDGET, Failure::new(Code::ServerUnavailable, "")).await;
    assert_eq!(failure.attempts, 3);
    assert!(took <= Duration::from_millis(300));
}

#[tokio::test(start_paused = true)]
async fn final_failures_are_tried_once() {
    for code in [Code::AssertionInvalid, Code::LoginRateExceeded, Code::NetworkTls] {
        assert_eq!(run(BUDGET, Failure::new(code, "")).await.0.attempts, 1, "{}", code.name());
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_in_place_of_an_answer_is_tried_twice() {
    assert_eq!(run(BUDGET, Failure::new(Code::BadResponse, "")).await.0.attempts, 2);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_obeyed_if_it_fits() {
    let limited = |seconds| Failure {
        retry_after: Some(Duration::from_secs(seconds)),
        ..Failure::new(Code::RateLimited, "")
    };
    let (failure, took) = run(BUDGET, limited(2)).await;
    assert_eq!((failure.attempts, took.as_secs()), (3, 4));
    let (failure, took) = run(BUDGET, limited(60)).await;
    assert_eq!((failure.attempts, took.as_secs()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_without_time_for_an_answer() {
    let (failure, _) = run(Duration::from_millis(299), Failure::new(Code::Internal, "")).await;
    assert_eq!((failure.code, failure.attempts), (Code::Deadline, 0));
}

#[tokio::test(start_paused = true)]
async fn fault_8_attempts_share_the_budget() {
    let clock = Paused::default();
    let limits = Cell::new(Vec::new());
    let result = within(Patience::WAITED_FOR, &clock, at_once, |limit| {
        let mut seen = limits.take();
        seen.push(limit.as_secs());
        limits.set(seen);
        async move {
            sleep(limit).await;
            Err::<(), _>(Failure::new(Code::NetworkTimeout, ""))
        }
    })
    .await;
    assert!(result.is_err() && clock.now().since(START) <= BUDGET);
    assert_eq!(limits.take(), [7, 3], "the second starts beside the first, after 4 s");
}

#[tokio::test(start_paused = true)]
async fn fault_90_an_answer_that_takes_seven_seconds_is_waited_for() {
    let clock = Paused::default();
    let sent = Cell::new(0);
    let slow = |_| {
        sent.set(sent.get() + 1);
        let number = sent.get();
        async move {
            sleep(Duration::from_secs(7)).await;
            Ok::<_, Failure>(number)
        }
    };
    let answer = within(Patience::WAITED_FOR, &clock, at_once, slow).await;
    assert_eq!((answer.ok(), sent.get(), clock.now().since(START).as_secs()), (Some(1), 2, 7));
}

#[tokio::test(start_paused = true)]
async fn fault_90_the_first_answer_counts_whichever_attempt_it_is_of() {
    let clock = Paused::default();
    let number = Cell::new(0);
    let second_is_quick = |_| {
        number.set(number.get() + 1);
        let number = number.get();
        async move {
            sleep(Duration::from_secs(if number == 1 { 7 } else { 1 })).await;
            Ok::<_, Failure>(number)
        }
    };
    let answer = within(Patience::WAITED_FOR, &clock, at_once, second_is_quick).await;
    assert_eq!((answer.ok(), clock.now().since(START).as_secs()), (Some(2), 5));
}

#[tokio::test(start_paused = true)]
async fn fault_90_a_passing_failure_of_one_attempt_waits_for_the_other() {
    let clock = Paused::default();
    let number = Cell::new(0);
    let patience = Patience { attempts: 2, ..Patience::WAITED_FOR };
    let second_fails = |_| {
        number.set(number.get() + 1);
        let number = number.get();
        async move {
            sleep(Duration::from_secs(if number == 1 { 7 } else { 1 })).await;
            if number == 1 { Ok(()) } else { Err(Failure::new(Code::ServerUnavailable, "")) }
        }
    };
    assert!(within(patience, &clock, at_once, second_fails).await.is_ok());
    assert_eq!(clock.now().since(START).as_secs(), 7);
}

#[tokio::test(start_paused = true)]
async fn fault_90_nothing_runs_beside_what_may_be_sent_once() {
    for patience in [Patience::SENT_ONCE, Patience::NOT_REPLAYED, Patience::RENEWAL] {
        let clock = Paused::default();
        let sent = Cell::new(0);
        let slow = |_| {
            sent.set(sent.get() + 1);
            async {
                sleep(Duration::from_secs(7)).await;
                Ok::<_, Failure>(())
            }
        };
        assert!(within(patience, &clock, at_once, slow).await.is_ok());
        assert_eq!(sent.get(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_permit_costs_budget_and_sends_nothing() {
    for patience in [Patience::WAITED_FOR, Patience::NOT_REPLAYED, Patience::SENT_ONCE] {
        let clock = Paused::default();
        let never = || Box::pin(pending()) as Permit;
        let attempt = |_| async { Ok::<(), _>(()) };
        let failure = within(patience, &clock, never, attempt).await.expect_err("no permit");
        assert_eq!((failure.code, failure.attempts), (Code::Deadline, 0));
        assert!(failure.had_no_effect);
        assert_eq!(clock.now().since(START) + patience.least, patience.budget);
    }
}

#[tokio::test(start_paused = true)]
async fn a_permit_that_does_not_come_again_ends_with_the_last_failure() {
    let clock = Paused::default();
    let came = Cell::new(false);
    let once = || if came.replace(true) { Box::pin(pending()) } else { at_once() };
    let attempt = |_| async { Err::<(), _>(Failure::new(Code::ServerUnavailable, "")) };
    let failure = within(Patience::WAITED_FOR, &clock, once, attempt).await.unwrap_err();
    assert_eq!((failure.code, failure.attempts), (Code::ServerUnavailable, 1));
}

#[tokio::test(start_paused = true)]
async fn nobody_keeps_a_permit_while_waiting_to_try_again() {
    let clock = Paused::default();
    let permits = Arc::new(Semaphore::new(1));
    let permit = || {
        let leave = permits.clone().acquire_owned();
        Box::pin(async { Box::new(leave.await) as Box<dyn Send> }) as Permit
    };
    let limited = || async {
        let retry_after = Some(Duration::from_secs(2));
        Err::<(), _>(Failure { retry_after, ..Failure::new(Code::RateLimited, "") })
    };
    let waits = within(Patience::WAITED_FOR, &clock, permit, |_| limited());
    let other = async {
        let attempt = |_| async { Ok::<_, Failure>(clock.now().since(START)) };
        within(Patience::WAITED_FOR, &clock, permit, attempt).await
    };
    let (_, sent) = tokio::join!(waits, other);
    assert_eq!(sent.ok(), Some(Duration::ZERO));
}
