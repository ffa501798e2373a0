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
use crate::lineage::{Offer, Waiting, forgotten};

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
    /// A refresh token to be kept first, and where to [go on](TokenSource::go_on) then.
    Offer(Offer, Place),
}

/// Where a caller stands that was asked to keep a refresh token: before a token, or in a flight. It
/// gets what comes there, even if all was cleared meanwhile.
#[derive(Clone)]
pub struct Place(Found);

/// What the first look brought.
#[derive(Clone)]
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
                let (offer, place) = match answer {
                    Answer::Token(kept) => return Ok(kept),
                    Answer::Offer(offer, place) => (offer, place),
                };
                offer.held();
                answer = source.go_on(&holder, budget, Keeping::InMemory, Some(place)).await?;
            }
        }
    }

    /// The same, for a caller that may be asked to keep a new refresh token before anybody gets the
    /// access token: it settles the offer and goes on.
    ///
    /// # Errors
    /// As [`TokenSource::token`].
    pub fn ask(
        self: &Arc<Self>,
        holder: &Holder,
        budget: Duration,
        keeping: Keeping,
    ) -> impl Future<Output = Result<Answer, Arc<Failure>>> + Send + use<> {
        self.go_on(holder, budget, keeping, None)
    }

    /// Goes on where [`TokenSource::ask`] has left off with an offer, which is settled now; begins if
    /// there is no such place.
    ///
    /// # Errors
    /// As [`TokenSource::token`].
    pub fn go_on(
        self: &Arc<Self>,
        holder: &Holder,
        budget: Duration,
        keeping: Keeping,
        place: Option<Place>,
    ) -> impl Future<Output = Result<Answer, Arc<Failure>>> + Send + use<> {
        // Before the flight: what it brings goes to those who can keep it.
        let waiting = match &holder.grant {
            Grant::JwtBearer(_) => None,
            Grant::RefreshToken(token) => {
                Some(Waiting::at(&token.lineage, matches!(keeping, Keeping::Within(_))))
            }
        };
        let found = match place {
            // Unless keeping took longer than it lives.
            Some(Place(Found::Kept(kept))) if kept.token.is_alive(self.clock.now()) => {
                Found::Kept(kept)
            }
            Some(Place(Found::Seat(seat))) => Found::Seat(seat),
            _ => self.look_up(holder, budget >= SMALLEST_BUDGET),
        };
        self.clone().await_answer(holder.clone(), budget, keeping, waiting, found)
    }

    async fn await_answer(
        self: Arc<Self>,
        holder: Holder,
        budget: Duration,
        keeping: Keeping,
        waiting: Option<Waiting>,
        found: Found,
    ) -> Result<Answer, Arc<Failure>> {
        let budget = budget.min(BUDGET);
        let started = self.clock.now();
        let offer = self.offer(waiting, keeping);
        let mut waiting = pin!(self.wait(&holder, found, offer));
        let mut outcome = timeout(budget, &mut waiting).await.ok();
        // A timer that fires this late fires at a thaw: the answer may have come meanwhile.
        if outcome.is_none() && self.clock.now().since(started) > budget + THAW {
            outcome = timeout(THAW, waiting).await.ok();
        }
        match outcome {
            // While it was on its way.
            Some(Ok(_)) if holder.is_forgotten() => Err(Arc::new(forgotten())),
            Some(outcome) => outcome,
            None => {
                let what = format!("No token came within {} ms.", budget.as_millis());
                Err(Arc::new(Failure::new(Code::Deadline, what)))
            }
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
                        offer = &mut offer => Answer::Offer(offer, Place(Found::Kept(kept))),
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
                outcome = seat.clone().outcome() => outcome,
                offer = &mut offer => return Ok(Answer::Offer(offer, Place(Found::Seat(seat)))),
            };
            match outcome {
                Err(failure) if again && failure.retryable => found = self.look_up(holder, true),
                outcome => return outcome.map(Answer::Token),
            }
        }
    }
}
