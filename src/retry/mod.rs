//! Which failures deserve another attempt, how many attempts, and the waits between them. All
//! attempts share one budget.

mod patience;
mod retry_after;

use std::future::Future;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::clock::Clock;
use crate::entropy::jitter;
use crate::failure::{Code, Failure};
use crate::transport::Permit;

pub use patience::{BUDGET, Patience, SMALLEST_BUDGET};
pub use retry_after::{http_date, retry_after};

const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Runs `attempt` until an attempt succeeds or fails for good, or until `patience` ends. Each
/// attempt has a permit, and gets its time limit.
///
/// # Errors
/// The failure of the last attempt; `DEADLINE` if no attempt was made.
pub async fn within<'a, T, F>(
    patience: Patience,
    clock: &dyn Clock,
    permit: impl Fn() -> Permit<'a>,
    mut attempt: impl FnMut(Duration) -> F,
) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let started = clock.now();
    let left = || patience.less(clock.now().since(started)).budget;
    let mut met = out_of_time();
    if patience.budget < patience.least {
        return Err(met);
    }
    loop {
        let permit = timeout(left().saturating_sub(patience.least), permit()).await;
        let Ok(permit) = permit else { return Err(met) };
        let attempts = met.attempts + 1;
        let time = left();
        if time < patience.least && met.attempts > 0 {
            return Err(met);
        }
        // Before the first attempt, only a freeze leaves less time than `least`. The attempt is
        // made all the same: its token serves the next call.
        match attempt(time.max(patience.least).min(patience.attempt)).await {
            Ok(value) => return Ok(value),
            Err(failure) => met = Failure { attempts, ..failure },
        }
        // Other requests may be sent during the wait.
        drop(permit);
        match wait_after(&met, patience) {
            Some(wait) if left() >= wait + patience.least => sleep(wait).await,
            _ => return Err(met),
        }
    }
}

/// The wait before the next attempt; `None` if no attempt should follow.
fn wait_after(failure: &Failure, patience: Patience) -> Option<Duration> {
    if !patience.replays && !failure.had_no_effect {
        return None;
    }
    let attempts = patience.attempts;
    let most = match failure.code {
        // The login limit lasts up to an hour, and every attempt counts against it.
        Code::LoginRateExceeded | Code::Internal => return None,
        // A maintenance page is gone at the second attempt, or stays.
        Code::BadResponse => attempts.min(2),
        // The signing time has been corrected: one more attempt, without a wait.
        Code::AssertionExpired if failure.retryable && failure.attempts < attempts.min(2) => {
            return Some(Duration::ZERO);
        }
        _ => attempts,
    };
    if !failure.retryable || failure.attempts >= most {
        return None;
    }
    let ceiling = LONGEST_WAIT.min(FIRST_WAIT * 2u32.pow(failure.attempts - 1));
    Some(match failure.retry_after {
        Some(wait) => wait,
        // Full jitter may be no wait at all. A server that asks for fewer requests gets at least
        // half.
        None if failure.code == Code::RateLimited => ceiling / 2 + jitter(ceiling / 2),
        None => jitter(ceiling),
    })
}

/// The failure of a call that has no time left to send anything.
pub fn out_of_time() -> Failure {
    let failure = Failure::new(Code::Deadline, "No time is left to ask for a token.");
    Failure { had_no_effect: true, ..failure }
}

#[expect(clippy::disallowed_methods, reason = "tokio's paused time is the clock of these tests")]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Moment;
    use std::cell::Cell;
    use std::future::pending;
    use std::sync::Arc;
    use tokio::sync::Semaphore;

    /// tokio's paused clock, so that nothing really sleeps.
    struct Paused(tokio::time::Instant);

    impl Clock for Paused {
        fn now(&self) -> Moment {
            let at = u64::try_from(self.0.elapsed().as_micros()).unwrap();
            Moment { wall: at, monotonic: at, boot: at }
        }
    }

    fn at_once<'a>() -> Permit<'a> {
        Box::pin(async { Box::new(()) as Box<dyn Send> })
    }

    async fn run(budget: Duration, failure: Failure) -> (Failure, Duration) {
        let clock = Paused(tokio::time::Instant::now());
        let patience = Patience { budget, ..Patience::WAITED_FOR };
        let attempt = |_| async { Err::<(), _>(failure.clone()) };
        let result = within(patience, &clock, at_once, attempt).await;
        (result.unwrap_err(), clock.0.elapsed())
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
        let clock = Paused(tokio::time::Instant::now());
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
        assert!(result.is_err() && clock.0.elapsed() <= BUDGET);
        assert_eq!(limits.take(), [4, 3]);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_for_a_permit_costs_budget_and_sends_nothing() {
        for patience in [Patience::WAITED_FOR, Patience::NOT_REPLAYED, Patience::SENT_ONCE] {
            let clock = Paused(tokio::time::Instant::now());
            let never = || Box::pin(pending()) as Permit;
            let attempt = |_| async { Ok::<(), _>(()) };
            let failure = within(patience, &clock, never, attempt).await.expect_err("no permit");
            assert_eq!((failure.code, failure.attempts), (Code::Deadline, 0));
            assert!(failure.had_no_effect);
            assert_eq!(clock.0.elapsed() + patience.least, patience.budget);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_permit_that_does_not_come_again_ends_with_the_last_failure() {
        let clock = Paused(tokio::time::Instant::now());
        let came = Cell::new(false);
        let once = || if came.replace(true) { Box::pin(pending()) } else { at_once() };
        let attempt = |_| async { Err::<(), _>(Failure::new(Code::ServerUnavailable, "")) };
        let failure = within(Patience::WAITED_FOR, &clock, once, attempt).await.unwrap_err();
        assert_eq!((failure.code, failure.attempts), (Code::ServerUnavailable, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_keeps_a_permit_while_waiting_to_try_again() {
        let clock = Paused(tokio::time::Instant::now());
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
            let attempt = |_| async { Ok::<_, Failure>(clock.0.elapsed()) };
            within(Patience::WAITED_FOR, &clock, permit, attempt).await
        };
        let (_, sent) = tokio::join!(waits, other);
        assert_eq!(sent.ok(), Some(Duration::ZERO));
    }
}
