//! What a caller gets within its time: a token, or the offer of a new refresh token to store.

use std::future::{Future, pending, ready};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::TokenSource;
use super::flight::Seat;
use super::login::{Grant, Login};
use crate::cache::CachedToken;
use crate::failure::{Code, Failure};
use crate::lineage::{Offer, Waiting, forgotten};
use crate::retry::{BUDGET, SMALLEST_BUDGET};

/// A timer that is late by more than this fired after a freeze. An answer that came during the
/// freeze is then awaited this long.
const THAW: Duration = Duration::from_millis(250);

/// The time that is added to a caller's storing time before its offer goes to the next caller.
/// Callers report their own timeouts. A caller whose thread died does not.
const GRACE: Duration = Duration::from_secs(1);

/// What a caller can do with a new refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storing {
    /// Nothing: the refresh token stays in this process.
    InMemory,
    /// Store it within this time.
    Within(Duration),
}

/// What a caller gets.
pub enum Answer {
    /// A live token.
    Token(Arc<CachedToken>),
    /// A refresh token to store first, and where the next [`TokenSource::ask`] resumes.
    Offer(Offer, Resume),
}

/// Where an interrupted call resumes: at a cached token, or in a flight. The call gets that result
/// even if the cache was cleared meanwhile.
#[derive(Clone)]
pub struct Resume(Lookup);

/// The result of the first look.
#[derive(Clone)]
pub(super) enum Lookup {
    Cached(Arc<CachedToken>),
    Seat(Seat<Arc<CachedToken>>),
    Refused(Failure),
}

/// These methods are the caller's part of [`TokenSource`].
impl TokenSource {
    /// A live token for `login`, within `budget` (at most eight seconds). The call looks into the
    /// cache, and starts a flight if necessary. The future that it returns only waits.
    ///
    /// The answer may be the offer of a new refresh token. The caller stores the token, settles the
    /// offer, and asks again with the [`Resume`] beside the offer. Must be called inside a tokio
    /// runtime.
    ///
    /// # Errors
    /// The failure of the flight; `DEADLINE` if the budget ends first. The flight then continues,
    /// and the next call finds its token.
    pub fn ask(
        self: &Arc<Self>,
        login: &Login,
        budget: Duration,
        storing: Storing,
        resume: Option<Resume>,
    ) -> impl Future<Output = Result<Answer, Arc<Failure>>> + Send + use<> {
        // This caller waits before the flight starts, because offers go to waiting callers that can
        // store.
        let waiting = match &login.grant {
            Grant::JwtBearer(_) => None,
            Grant::RefreshToken(token) => {
                Some(Waiting::at(&token.lineage, matches!(storing, Storing::Within(_))))
            }
        };
        let found = match resume {
            // Storing may have taken longer than the token lives.
            Some(Resume(Lookup::Cached(cached))) if cached.token.is_alive(self.clock.now()) => {
                Lookup::Cached(cached)
            }
            Some(Resume(Lookup::Seat(seat))) => Lookup::Seat(seat),
            _ => self.look_up(login, budget >= SMALLEST_BUDGET),
        };
        let call = Call { login: login.clone(), budget: budget.min(BUDGET), storing, waiting };
        self.clone().await_answer(call, found)
    }

    async fn await_answer(
        self: Arc<Self>,
        call: Call,
        found: Lookup,
    ) -> Result<Answer, Arc<Failure>> {
        let Call { login, budget, storing, waiting } = call;
        let started = self.clock.now();
        let offer = self.offer(waiting, storing);
        let mut waiting = pin!(self.wait(&login, found, offer));
        let mut outcome = timeout(budget, &mut waiting).await.ok();
        // A timer that fires this late fires after a freeze. The answer may have come during the
        // freeze.
        if outcome.is_none() && self.clock.now().since(started) > budget + THAW {
            outcome = timeout(THAW, waiting).await.ok();
        }
        match outcome {
            // The user forgot the lineage while the token was on its way.
            Some(Ok(_)) if login.is_forgotten() => Err(Arc::new(forgotten())),
            Some(outcome) => outcome,
            None => {
                let what = format!("No token came within {} ms.", budget.as_millis());
                let failure = Failure::new(Code::Deadline, what);
                Err(Arc::new(self.issuer.with_crowd(login.login_url(), failure)))
            }
        }
    }

    async fn offer(&self, waiting: Option<Waiting>, storing: Storing) -> Offer {
        let limit = match storing {
            Storing::InMemory => GRACE,
            Storing::Within(limit) => limit + GRACE,
        };
        match waiting {
            Some(waiting) => waiting.offer(&*self.clock, limit).await,
            None => pending().await,
        }
    }

    async fn wait(
        self: &Arc<Self>,
        login: &Login,
        mut found: Lookup,
        offer: impl Future<Output = Offer>,
    ) -> Result<Answer, Arc<Failure>> {
        let mut offer = pin!(offer);
        loop {
            let seat = match found {
                // A refresh token that is not stored yet comes before the access token.
                Lookup::Cached(cached) => {
                    return Ok(tokio::select! {
                        biased;
                        offer = &mut offer => Answer::Offer(offer, Resume(Lookup::Cached(cached))),
                        () = ready(()) => Answer::Token(cached),
                    });
                }
                Lookup::Refused(failure) => return Err(Arc::new(failure)),
                Lookup::Seat(seat) => seat,
            };
            // A renewal in the background tries once, and its failure harms nobody. A caller that waits
            // deserves a flight of its own.
            let again = seat.in_background && !seat.started;
            let outcome = tokio::select! {
                biased;
                outcome = seat.clone().outcome() => outcome,
                offer = &mut offer => return Ok(Answer::Offer(offer, Resume(Lookup::Seat(seat)))),
            };
            match outcome {
                Err(_) if again => found = self.look_up(login, true),
                outcome => return outcome.map(Answer::Token),
            }
        }
    }
}

/// One call for a token.
struct Call {
    login: Login,
    budget: Duration,
    storing: Storing,
    waiting: Option<Waiting>,
}
