//! A refresh token and its successors: which token may be sent, whether the last answer came, and
//! whether the user has stored the newest token.
//!
//! With rotation, a refresh token is spent by its first use. When a spent token is used again,
//! Salesforce revokes the whole family. So a token is marked as sent before it is sent. Two things
//! remove the mark: a usable answer, or proof that the request had no effect. Any other end (lost
//! answer, panic) leaves the mark.

mod known;
mod offer;
mod rotation;
mod state;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::{self, watch};
use tokio::time::timeout;

use crate::bounded::lock;
use crate::cache::{Epoch, Ticket};
use crate::clock::{Clock, Moment};
use crate::entropy::random;
use crate::failure::{Code, Failure};
use crate::secret::Secret;
use crate::token::{AccessToken, Successor};

pub use known::{CAPACITY, KnownLineages};
pub use offer::{Offer, Waiting};
pub use rotation::SeenRotation;
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
    /// Send nothing. This access token or failure came with the newest refresh token.
    Take(Result<AccessToken, Failure>),
}

impl Lineage {
    /// A lineage that begins with `refresh_token`, of an app whose answers showed `rotation`.
    ///
    /// # Errors
    /// `INTERNAL` if the system gives no random numbers.
    pub fn begin(
        refresh_token: Arc<Secret>,
        rotation: Arc<SeenRotation>,
    ) -> Result<Arc<Self>, Failure> {
        Ok(Arc::new(Self {
            id: random()?,
            turn: sync::Mutex::default(),
            state: Mutex::new(State::begin(refresh_token, rotation)),
            changed: watch::channel(()).0,
        }))
    }

    /// Random bytes that name this lineage.
    pub fn id(&self) -> &[u8; 32] {
        &self.id
    }

    /// Sets whether the app rotates refresh tokens, as the user says. The last call counts.
    pub fn tell_rotation(&self, rotates: bool) {
        self.state().rotation_told = Some(rotates);
    }

    /// Waits for the turn of this lineage: all sources together send one request at a time.
    pub async fn turn(&self) -> sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// The next step of a flight that began in `epoch`. Only the holder of the turn may ask. `is_alive`
    /// tells of a ticket whether its token may be used.
    ///
    /// # Errors
    /// `REFRESH_UNCERTAIN` if the token was sent and its answer lost, and this was a moment ago or an
    /// access token of the lineage is alive: a second use would revoke that one, too.
    /// `REFRESH_TOKEN_INVALID` if the server refuses the token for good, or the user has forgotten it.
    pub fn next(
        &self,
        epoch: Epoch,
        now: Moment,
        is_alive: impl Fn(Ticket) -> bool,
    ) -> Result<Next, Failure> {
        let mut state = self.state();
        if state.is_forgotten {
            return Err(forgotten());
        }
        if matches!(state.standing, Standing::Unstored { .. }) {
            return Ok(Next::Store);
        }
        // An access token of another epoch is dropped here. Another source checked it against other
        // hosts, or it is from before a clear.
        if let Some((_, granted)) = state.granted.take().filter(|(begun, _)| *begun == epoch) {
            return Ok(Next::Take(granted));
        }
        match &state.standing {
            Standing::Invalid(failure) => return Err(failure.clone()),
            Standing::Sent { until, .. }
                if state.may_rotate()
                    && (now.is_before(*until) || state.ticket.is_some_and(is_alive)) =>
            {
                return Err(uncertain(until.since(now)));
            }
            _ => {}
        }
        state.mark_sent(now);
        Ok(Next::Send(state.current.clone()))
    }

    /// Records an answer: an access token or the failure in its place, and what the answer says of
    /// the refresh token.
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
                state.rotation_seen.set(false);
                state.standing = Standing::Ready;
            }
            Successor::Unreadable => {
                state.rotation_seen.set(true);
                state.standing = Standing::Invalid(replaced());
            }
        }
        drop(state);
        self.changed.send_replace(());
    }

    /// Takes the ticket of the access token that was minted last.
    pub fn minted(&self, ticket: Option<Ticket>) {
        self.state().ticket = ticket;
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
        let uncertain = uncertain(Duration::ZERO);
        let what = format!("{} {}", failure.what, uncertain.what);
        Failure { code: uncertain.code, what, retryable: uncertain.retryable, ..failure }
    }

    /// Waits until the newest refresh token is stored.
    ///
    /// # Errors
    /// `REFRESH_NOT_PERSISTED` if storing failed, or no waiting caller can store the token.
    pub async fn stored(&self, clock: &dyn Clock) -> Result<(), Failure> {
        let mut changed = self.changed.subscribe();
        loop {
            if let Some(outcome) = self.state().storing_ended(clock) {
                return outcome.map_err(|what| Failure::new(Code::RefreshNotPersisted, what));
            }
            let _ = timeout(LOOK, changed.changed()).await;
        }
    }

    /// Whether an answer may bring a new refresh token. `true` until the opposite is known.
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

fn uncertain(wait: Duration) -> Failure {
    let what = "The refresh token was sent and no usable answer came: the token may be spent.";
    let retry_after = (!wait.is_zero()).then_some(wait);
    Failure { retry_after, ..Failure::new(Code::RefreshUncertain, what) }
}

fn replaced() -> Failure {
    let what = "The refresh token was replaced by one that cannot be read.";
    Failure::new(Code::RefreshTokenInvalid, what)
}
