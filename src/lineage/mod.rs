//! One refresh token through all its rotations: which one may be sent, whether the last answer came,
//! whether the user has stored what it brought.
//!
//! With rotation on, Salesforce ends a refresh token when it is used, and revokes the whole family
//! when a spent one is used again. So a token is marked Sent before it leaves. The mark is removed
//! only if the request certainly had no effect, or when the successor is here. Any other end (lost
//! answer, panic) leaves the mark.

mod known;
mod offer;
mod state;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::{self, watch};
use tokio::time::timeout;

use crate::bounded::lock;
use crate::cache::Epoch;
use crate::clock::Clock;
use crate::entropy::random;
use crate::failure::{Code, Failure};
use crate::secret::Secret;
use crate::token::{AccessToken, Successor};

pub use known::{CAPACITY, KnownLineages};
pub use offer::{Offer, Waiting};
use state::{Standing, State};

/// How often a waiting caller checks for an expired offer.
const LOOK: Duration = Duration::from_secs(1);

/// A refresh token and its successors.
pub struct Lineage {
    id: [u8; 32],
    turn: sync::Mutex<()>,
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

/// The next step towards an access token.
pub enum Next {
    /// Send this refresh token. It is marked as sent.
    Send(Arc<Secret>),
    /// Wait until the newest refresh token is stored: [`Lineage::stored`].
    Store,
    /// Send nothing: this came with the newest refresh token.
    Take(Result<AccessToken, Failure>),
}

impl Lineage {
    /// A lineage that begins with `refresh_token`.
    ///
    /// # Errors
    /// `INTERNAL` if the system gives no random numbers.
    pub fn begin(refresh_token: Arc<Secret>) -> Result<Arc<Self>, Failure> {
        Ok(Arc::new(Self {
            id: random()?,
            turn: sync::Mutex::default(),
            state: Mutex::new(State::begin(refresh_token)),
            changed: watch::channel(()).0,
        }))
    }

    /// Random bytes that name this lineage.
    pub fn id(&self) -> &[u8; 32] {
        &self.id
    }

    /// Takes the user's word on whether the app rotates refresh tokens. The last word counts.
    pub fn tell_rotation(&self, rotates: bool) {
        self.state().rotation_told = Some(rotates);
    }

    /// Waits for the turn of this lineage: one request at a time, over all sources.
    pub async fn turn(&self) -> sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// The next step of a flight that began in `epoch`. Only the holder of the turn may ask.
    ///
    /// # Errors
    /// `REFRESH_UNCERTAIN` if the token was sent and its answer lost; `REFRESH_TOKEN_INVALID` if the
    /// server refuses the token for good, or the user has forgotten it.
    pub fn next(&self, epoch: Epoch) -> Result<Next, Failure> {
        let mut state = self.state();
        if state.is_forgotten {
            return Err(forgotten());
        }
        if matches!(state.standing, Standing::Unstored { .. }) {
            return Ok(Next::Store);
        }
        // A token granted to another source was checked against that source's hosts, and one from
        // before a clear must not return: both are dropped here.
        if let Some((_, granted)) = state.granted.take().filter(|(begun, _)| *begun == epoch) {
            return Ok(Next::Take(granted));
        }
        match &state.standing {
            Standing::Invalid(failure) => return Err(failure.clone()),
            Standing::Sent if state.may_rotate() => return Err(uncertain()),
            _ => {}
        }
        state.standing = Standing::Sent;
        Ok(Next::Send(state.current.clone()))
    }

    /// Takes an answer: an access token or why there is none, and what it says of the refresh token.
    pub fn answered(
        &self,
        epoch: Epoch,
        granted: Result<AccessToken, Failure>,
        successor: Successor,
    ) {
        let mut state = self.state();
        if state.is_forgotten {
            return;
        }
        state.granted = Some((epoch, granted));
        match successor {
            Successor::Token(token) if token.expose() != state.current.expose() => {
                state.rotate(token);
            }
            Successor::None | Successor::Token(_) => {
                state.rotation_seen = state.rotation_seen.or(Some(false));
                state.standing = Standing::Ready;
            }
            Successor::Unreadable => state.rotation_seen = Some(true),
        }
        drop(state);
        self.changed.send_replace(());
    }

    /// Takes the failure of a request, and returns the failure for the callers.
    pub fn failed(&self, failure: Failure) -> Failure {
        let mut state = self.state();
        if failure.code == Code::RefreshTokenInvalid {
            let what = format!("{} This refresh token is not sent again.", failure.what);
            let failure = Failure { what, ..failure };
            state.standing = Standing::Invalid(Failure { attempts: 0, ..failure.clone() });
            return failure;
        }
        if failure.had_no_effect || !state.may_rotate() {
            state.standing = Standing::Ready;
            return failure;
        }
        let what = format!("{} {}", failure.what, uncertain().what);
        Failure { code: Code::RefreshUncertain, what, retryable: false, ..failure }
    }

    /// Waits until the newest refresh token is stored.
    ///
    /// # Errors
    /// `REFRESH_NOT_PERSISTED` if storing failed, or no waiting caller can store it.
    pub async fn stored(&self, clock: &dyn Clock) -> Result<(), Failure> {
        let mut changed = self.changed.subscribe();
        loop {
            if let Some(outcome) = self.state().storing_ended(clock) {
                return outcome.map_err(|what| Failure::new(Code::RefreshNotPersisted, what));
            }
            let _ = timeout(LOOK, changed.changed()).await;
        }
    }

    /// Whether an answer may bring another refresh token; until that is known, it may.
    pub fn may_rotate(&self) -> bool {
        self.state().may_rotate()
    }

    /// Ends the lineage for every login that has it.
    pub fn forget(&self) {
        let mut state = self.state();
        state.is_forgotten = true;
        state.granted = None;
        // JavaScript may hold on to the lineage for long, and nothing reads its refresh token now.
        state.current = Arc::new(Secret::new(String::new()));
        state.last_stored = None;
        drop(state);
        self.changed.send_replace(());
    }

    /// Whether the user has forgotten the lineage.
    pub fn is_forgotten(&self) -> bool {
        self.state().is_forgotten
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// The failure of a refresh token that the user has forgotten.
pub fn forgotten() -> Failure {
    let what = "This refresh token was forgotten by forgetRefreshToken().";
    Failure::new(Code::RefreshTokenInvalid, what)
}

fn uncertain() -> Failure {
    let what = "The refresh token was sent and no usable answer came: it may have been spent.";
    Failure::new(Code::RefreshUncertain, what)
}
