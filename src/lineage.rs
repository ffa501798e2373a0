//! One refresh token through all its rotations: which one may be sent, whether the last answer came,
//! whether the user has kept what it brought.
//!
//! With rotation on, Salesforce kills a refresh token when it is used, and revokes the whole family
//! when a dead one is used again. So a token is marked before it is sent. The mark goes when it is
//! certain that the token bought nothing, or when the one that took its place is here. Whatever else
//! ends a request, such as a lost answer or a panic, leaves it.

mod offer;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{self, watch};
use tokio::time::timeout;

use crate::clock::Clock;
use crate::entropy::random;
use crate::failure::{Code, Failure};
use crate::secret::Secret;
use crate::token::AccessToken;

pub use offer::{Offer, Waiting};

/// How often who waits looks whether an offer has lapsed.
const LOOK: Duration = Duration::from_secs(1);

/// A refresh token and everything that took its place.
pub struct Lineage {
    id: [u8; 32],
    turn: sync::Mutex<()>,
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

struct State {
    /// The youngest refresh token.
    current: Arc<Secret>,
    standing: Standing,
    /// Whether the app rotates refresh tokens, as the user says.
    told: Option<bool>,
    /// The same, as the answers show.
    seen: Option<bool>,
    /// What came with `current` and was not handed out yet, and who asked.
    granted: Option<(u64, Result<AccessToken, Failure>)>,
    /// The token that was kept last, if nobody has kept `current` yet.
    held: Option<Arc<Secret>>,
    /// Rotations so far.
    rotations: u64,
    /// Offers so far.
    claims: u64,
    /// Callers that wait, and those of them that can keep a token.
    waiting: usize,
    keepers: usize,
    /// Whether somebody who can keep `current` has waited for it.
    had_keeper: bool,
    is_forgotten: bool,
}

enum Standing {
    /// It may be sent.
    Ready,
    /// It was sent, and nothing is known of the answer.
    Sent,
    /// It came in an answer, and is to be kept before anything else happens.
    Unkept {
        /// The offer that is out, if there is one.
        claim: Option<offer::Claim>,
        /// Why it was not kept, until the next caller tries again.
        failed: Option<String>,
        /// Whether it was held in memory before, which is no failure.
        was_held: bool,
    },
    /// The server knows it no longer.
    Invalid(Failure),
}

/// What is to be done next to get an access token.
pub enum Next {
    /// Send this refresh token. It is marked as sent.
    Send(Arc<Secret>),
    /// Wait until the youngest one is kept: see [`Lineage::settled`].
    Keep,
    /// Nothing: this came with the youngest refresh token.
    Take(Result<AccessToken, Failure>),
}

/// What an answer says of the refresh token.
pub enum Younger {
    /// Nothing: the old one stays.
    None,
    /// This one takes its place.
    Token(Arc<Secret>),
    /// Something takes its place that is no token.
    Unreadable,
}

impl Lineage {
    /// A lineage that begins with `refresh_token`.
    ///
    /// # Errors
    /// `INTERNAL` if the system gives no random numbers.
    pub fn begin(refresh_token: Arc<Secret>) -> Result<Arc<Self>, Failure> {
        let id = random()?;
        let state = State {
            current: refresh_token,
            standing: Standing::Ready,
            told: None,
            seen: None,
            granted: None,
            held: None,
            rotations: 0,
            claims: 0,
            waiting: 0,
            keepers: 0,
            had_keeper: false,
            is_forgotten: false,
        };
        Ok(Arc::new(Self {
            id,
            turn: sync::Mutex::default(),
            state: Mutex::new(state),
            changed: watch::channel(()).0,
        }))
    }

    /// Random bytes that name this lineage.
    pub fn id(&self) -> &[u8; 32] {
        &self.id
    }

    /// Takes the user's word on whether the app rotates refresh tokens; the last one counts.
    pub fn tell(&self, rotates: bool) {
        self.lock().told = Some(rotates);
    }

    /// Waits for the right to go on with this lineage: one request at a time, over all sources.
    pub async fn turn(&self) -> sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// What `asker` is to do next: a number of one source, and of one time between two clears. Only
    /// who has the turn may ask.
    ///
    /// # Errors
    /// `REFRESH_UNCERTAIN` if the token was sent and its answer lost; `REFRESH_TOKEN_INVALID` if the
    /// server does not know it, or the user has forgotten it.
    pub fn next(&self, asker: u64) -> Result<Next, Failure> {
        let mut state = self.lock();
        if state.is_forgotten {
            return Err(forgotten());
        }
        if matches!(state.standing, Standing::Unkept { .. }) {
            return Ok(Next::Keep);
        }
        // What another source was granted was proved by that one's rules, and what came before a
        // clear does not come back.
        if let Some((_, granted)) = state.granted.take().filter(|(by, _)| *by == asker) {
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

    /// Takes what an answer brought to `asker`: an access token, or why there is none, and what it
    /// says of the refresh token.
    pub fn answered(&self, asker: u64, granted: Result<AccessToken, Failure>, younger: Younger) {
        let mut state = self.lock();
        if state.is_forgotten {
            return;
        }
        state.granted = Some((asker, granted));
        match younger {
            Younger::Token(token) if token.expose() != state.current.expose() => {
                state.seen = Some(true);
                state.rotations += 1;
                let replaced = std::mem::replace(&mut state.current, token);
                state.held.get_or_insert(replaced);
                state.had_keeper = state.keepers > 0;
                state.standing = Standing::Unkept { claim: None, failed: None, was_held: false };
            }
            Younger::None | Younger::Token(_) => {
                state.seen = state.seen.or(Some(false));
                state.standing = Standing::Ready;
            }
            Younger::Unreadable => state.seen = Some(true),
        }
        drop(state);
        self.changed.send_replace(());
    }

    /// Takes a failure of the request, and returns what callers are to hear.
    pub fn failed(&self, failure: Failure) -> Failure {
        let mut state = self.lock();
        if failure.code == Code::RefreshTokenInvalid {
            let what = format!("{} This refresh token is not sent again.", failure.what);
            let failure = Failure { what, ..failure };
            state.standing = Standing::Invalid(Failure { attempts: 0, ..failure.clone() });
            return failure;
        }
        if failure.unspent || !state.may_rotate() {
            state.standing = Standing::Ready;
            return failure;
        }
        let what = format!("{} {}", failure.what, uncertain().what);
        Failure { code: Code::RefreshUncertain, what, retryable: false, ..failure }
    }

    /// Waits until the youngest refresh token is kept.
    ///
    /// # Errors
    /// `REFRESH_NOT_PERSISTED` if whoever was asked to keep it failed, or nobody is left to be asked.
    pub async fn settled(&self, clock: &dyn Clock) -> Result<(), Failure> {
        let mut changed = self.changed.subscribe();
        loop {
            if let Some(outcome) = self.lock().outcome(clock) {
                return outcome.map_err(|what| Failure::new(Code::RefreshNotPersisted, what));
            }
            let _ = timeout(LOOK, changed.changed()).await;
        }
    }

    /// Whether an answer may bring another refresh token; until that is known, it may.
    pub fn may_rotate(&self) -> bool {
        self.lock().may_rotate()
    }

    /// Ends the lineage for all who hold it.
    pub fn forget(&self) {
        let mut state = self.lock();
        state.is_forgotten = true;
        state.granted = None;
        drop(state);
        self.changed.send_replace(());
    }

    /// Whether the user has forgotten it.
    pub fn is_forgotten(&self) -> bool {
        self.lock().is_forgotten
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn may_rotate(&self) -> bool {
        self.seen == Some(true) || self.told.or(self.seen) != Some(false)
    }

    /// What became of keeping the youngest token; none while somebody may still keep it.
    fn outcome(&self, clock: &dyn Clock) -> Option<Result<(), String>> {
        let Standing::Unkept { claim, failed, .. } = &self.standing else { return Some(Ok(())) };
        if self.is_forgotten {
            return Some(Ok(()));
        }
        if let Some(what) = failed {
            return Some(Err(what.clone()));
        }
        let is_out = claim.as_ref().is_some_and(|claim| claim.is_out(clock.now()));
        if is_out || self.keepers > 0 || (!self.had_keeper && self.waiting > 0) {
            return None;
        }
        Some(Err("Nobody who waits can keep the new refresh token.".into()))
    }
}

/// That the user has forgotten the refresh token.
pub fn forgotten() -> Failure {
    let what = "This refresh token was forgotten by forgetRefreshToken().";
    Failure::new(Code::RefreshTokenInvalid, what)
}

fn uncertain() -> Failure {
    let what = "The refresh token was sent and no usable answer came: it may have been spent.";
    Failure::new(Code::RefreshUncertain, what)
}
