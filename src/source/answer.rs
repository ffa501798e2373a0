//! What a caller waits for: a token, or the offer of a new refresh token to keep, in its time.

use std::future::{Future, pending, ready};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::TokenSource;
use crate::authorization_server::{BUDGET, SMALLEST_BUDGET};
use crate::cache::Kept;
use crate::failure::{Code, Failure};
use crate::flight::Seat;
use crate::holder::{Grant, Holder};
use crate::lineage::{Offer, Waiting};

/// By how much a timer is late after a freeze, at least, and how long an answer that came during it
/// is then waited for.
const THAW: Duration = Duration::from_millis(250);

/// How much longer than its keeper's patience an offer stays out: the keeper says itself that it
/// failed, unless it is gone without a word.
const LAPSE: Duration = Duration::from_secs(1);

/// What a caller can do with a new refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// Nothing: it stays in this process.
    InMemory,
    /// Keep it within this time.
    Within(Duration),
}

/// What a caller gets.
pub enum Answer {
    /// A live token.
    Token(Arc<Kept>),
    /// A refresh token to be kept first.
    Offer(Offer),
}

/// What the first look brought.
pub(super) enum Found {
    Kept(Arc<Kept>),
    Seat(Seat<Arc<Kept>>),
    Refused(Failure),
}

impl TokenSource {
    /// A live token for `holder`, inside `budget` (at most eight seconds). The cache is asked, and
    /// the exchange started, before this returns; the future only waits. A new refresh token stays in
    /// memory. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// What the exchange met; `DEADLINE` if the budget ends first. The exchange goes on in that
    /// case, and the next call finds its token.
    pub fn token(
        self: &Arc<Self>,
        holder: &Holder,
        budget: Duration,
    ) -> impl Future<Output = Result<Arc<Kept>, Arc<Failure>>> + Send + use<> {
        let (source, holder) = (self.clone(), holder.clone());
        let first = self.ask(&holder, budget, Keeping::InMemory);
        async move {
            let mut answer = first.await?;
            loop {
                match answer {
                    Answer::Token(kept) => return Ok(kept),
                    Answer::Offer(offer) => offer.held(),
                }
                answer = source.ask(&holder, budget, Keeping::InMemory).await?;
            }
        }
    }

    /// The same, for a caller that may be asked to keep a new refresh token before anybody gets the
    /// access token: it settles the offer and asks again.
    ///
    /// # Errors
    /// As [`TokenSource::token`].
    pub fn ask(
        self: &Arc<Self>,
        holder: &Holder,
        budget: Duration,
        keeping: Keeping,
    ) -> impl Future<Output = Result<Answer, Arc<Failure>>> + Send + use<> {
        let budget = budget.min(BUDGET);
        let (source, holder) = (self.clone(), holder.clone());
        // Before the flight: what it brings goes to those who can keep it.
        let waiting = match &holder.grant {
            Grant::JwtBearer(_) => None,
            Grant::RefreshToken(token) => {
                Some(Waiting::at(&token.lineage, matches!(keeping, Keeping::Within(_))))
            }
        };
        let found = self.look_up(&holder, budget >= SMALLEST_BUDGET);
        async move {
            let started = source.clock.now();
            let offer = source.offer(waiting, keeping);
            let mut waiting = pin!(source.wait(&holder, found, offer));
            if let Ok(outcome) = timeout(budget, &mut waiting).await {
                return outcome;
            }
            // A timer that fires this late fires at a thaw: the answer may have come meanwhile.
            let was_frozen = source.clock.now().since(started) > budget + THAW;
            let late = if was_frozen { timeout(THAW, waiting).await.ok() } else { None };
            late.unwrap_or_else(|| {
                let what = format!("No token came within {} ms.", budget.as_millis());
                Err(Arc::new(Failure::new(Code::Deadline, what)))
            })
        }
    }

    async fn offer(&self, waiting: Option<Waiting>, keeping: Keeping) -> Offer {
        let patience = match keeping {
            Keeping::InMemory => LAPSE,
            Keeping::Within(patience) => patience + LAPSE,
        };
        match waiting {
            Some(waiting) => waiting.offer(&*self.clock, patience).await,
            None => pending().await,
        }
    }

    async fn wait(
        self: &Arc<Self>,
        holder: &Holder,
        mut found: Found,
        offer: impl Future<Output = Offer>,
    ) -> Result<Answer, Arc<Failure>> {
        let mut offer = pin!(offer);
        loop {
            let seat = match found {
                // A refresh token that only this process has goes first.
                Found::Kept(kept) => {
                    return Ok(tokio::select! {
                        biased;
                        offer = &mut offer => Answer::Offer(offer),
                        () = ready(()) => Answer::Token(kept),
                    });
                }
                Found::Refused(failure) => return Err(Arc::new(failure)),
                Found::Seat(seat) => seat,
            };
            // A renewal in the background tries once; somebody who waits deserves more.
            let again = seat.in_background && !seat.started;
            let outcome = tokio::select! {
                biased;
                outcome = seat.outcome() => outcome,
                offer = &mut offer => return Ok(Answer::Offer(offer)),
            };
            match outcome {
                Err(failure) if again && failure.retryable => found = self.look_up(holder, true),
                outcome => return outcome.map(Answer::Token),
            }
        }
    }
}
