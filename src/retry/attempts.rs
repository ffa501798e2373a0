//! The attempts of one call: one after the other, and beside each other where that is safe.

use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Sleep, sleep, timeout};

use super::backoff::wait_after;
use super::{Patience, out_of_time};
use crate::clock::Clock;
use crate::failure::{Code, Failure};
use crate::transport::Permit;

/// After a freeze a timer is late by at least this much. An answer that came during the freeze is then
/// waited for this long.
const THAW: Duration = Duration::from_millis(250);

/// Runs `attempt` until one run succeeds, one fails for good, or `patience` ends. Each run has a permit,
/// and is told how long it may take. Where a request may be replayed, the next run starts beside one
/// that has not answered for [`Patience::beside`]; the first answer counts, whichever run it is of.
///
/// # Errors
/// What the last answer was; `DEADLINE` if no run got its permit in time.
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
    if patience.budget < patience.least {
        return Err(out_of_time());
    }
    let get_permit = || timeout(left().saturating_sub(patience.least), permit());
    let (mut begun, mut met, mut running) = (0, None, Vec::new());
    let mut starting = Some(Box::pin(get_permit()));
    let (mut next, mut due) = (None, started);
    loop {
        tokio::select! {
            biased;
            answer = first_of(&mut running) => match answer {
                Ok(value) => return Ok(value),
                Err(failure) => {
                    let failure = Failure { attempts: begun, ..failure };
                    let wait = wait_after(&failure, patience);
                    let is_final = !failure.retryable;
                    met = Some(failure);
                    let wait = wait.filter(|wait| left() >= *wait + patience.least);
                    due = clock.now().after(wait.unwrap_or_default());
                    next = wait.map(pause);
                    // An attempt that waits for its permit is not needed before its time.
                    starting = None;
                    if next.is_none() && (running.is_empty() || is_final) {
                        return Err(met.unwrap_or_else(out_of_time));
                    }
                }
            },
            permit = ready_of(&mut starting) => {
                starting = None;
                let time = left();
                let is_late = begun > 0 && time < patience.least;
                match permit {
                    Ok(permit) if !is_late => {
                        begun += 1;
                        // Before the first attempt only a freeze leaves less time. Its token serves
                        // the next call.
                        let attempt = attempt(time.max(patience.least));
                        running.push(Box::pin(async move {
                            let answer = attempt.await;
                            // Other requests may be sent from here on.
                            drop(permit);
                            answer
                        }));
                        let again = patience.replays && begun < patience.attempts;
                        next = again.then(|| pause(patience.beside));
                        due = clock.now().after(patience.beside);
                    }
                    _ if running.is_empty() => return Err(met.unwrap_or_else(no_permit)),
                    _ => {}
                }
            }
            () = ready_of(&mut next) => {
                next = None;
                // A timer that fires this late fires at a thaw: the answer may have come meanwhile.
                if !running.is_empty() && clock.now().since(due) > THAW {
                    due = clock.now().after(THAW);
                    next = Some(pause(THAW));
                    continue;
                }
                starting = (left() >= patience.least).then(|| Box::pin(get_permit()));
                if starting.is_none() && running.is_empty() {
                    return Err(met.unwrap_or_else(out_of_time));
                }
            }
        }
    }
}

fn pause(wait: Duration) -> Pin<Box<Sleep>> {
    Box::pin(sleep(wait))
}

/// The output of the first future that is ready, which leaves the list. An empty list never is.
async fn first_of<F: Future>(list: &mut Vec<Pin<Box<F>>>) -> F::Output {
    poll_fn(|context| {
        for at in 0..list.len() {
            if let Poll::Ready(output) = list[at].as_mut().poll(context) {
                drop(list.swap_remove(at));
                return Poll::Ready(output);
            }
        }
        Poll::Pending
    })
    .await
}

/// The output of a future that may be absent. An absent one is never ready.
async fn ready_of<F: Future>(future: &mut Option<Pin<Box<F>>>) -> F::Output {
    match future {
        Some(future) => future.await,
        None => pending().await,
    }
}

/// The failure of a call that ended while it waited for its permit.
fn no_permit() -> Failure {
    let what = "The time for this call ran out while it waited for its turn: as many requests as may be sent at once are under way.";
    Failure { had_no_effect: true, ..Failure::new(Code::Deadline, what) }
}
