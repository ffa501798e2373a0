//! One refresh token through all its rotations: which one may be sent, whether the last answer came,
//! whether the user has kept what it brought.
//!
//! With rotation on, Salesforce kills a refresh token when it is used, and revokes the whole family
//! when a dead one is used again. So a token is marked before it is sent, and the mark goes only when
//! it is certain that it bought nothing or what it was exchanged for is here: whatever ends a request,
//! a lost answer included, leaves the mark.

mod offer;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::rand;
use tokio::sync::{self, watch};

use crate::failure::{Code, Failure};
use crate::secret::Secret;
use crate::token::AccessToken;

pub use offer::{Offer, Waiting};

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
    /// Whether the app rotates refresh tokens, as configured or as the last answer showed.
    rotates: Option<bool>,
    /// What came with `current` and was not handed out yet.
    granted: Option<Result<AccessToken, Failure>>,
    /// Whether any of its tokens was ever sent.
    used: bool,
    /// Rotations so far.
    rotations: u64,
    /// Offers so far.
    claims: u64,
    /// Callers that wait and can keep a token.
    keepers: usize,
}

impl State {
    fn may_rotate(&self) -> bool {
        self.rotates != Some(false)
    }
}

enum Standing {
    /// It may be sent.
    Ready,
    /// It was sent, and nothing is known of the answer.
    Sent,
    /// It came in an answer, and the user is to keep it before anything else happens.
    Unkept {
        replaced: Arc<Secret>,
        /// The number of the offer that is out, if there is one, and when it lapses.
        claim: Option<offer::Claim>,
        /// Why it was not kept, until the next caller tries again.
        failed: Option<String>,
    },
    /// The server knows it no longer.
    Invalid(Failure),
}

/// What is to be done next to get an access token.
pub enum Next {
    /// Send this refresh token. It is marked as sent.
    Send(Arc<Secret>),
    /// Wait until the user has kept the youngest one: see [`Lineage::settled`].
    Keep,
    /// Nothing: this came with the youngest refresh token.
    Take(Result<AccessToken, Failure>),
}

impl Lineage {
    /// A lineage that begins with `refresh_token`. `rotates`: whether the app rotates refresh tokens,
    /// if that is known.
    ///
    /// # Errors
    /// `INTERNAL` if the system gives no random numbers.
    pub fn begin(refresh_token: Arc<Secret>, rotates: Option<bool>) -> Result<Arc<Self>, Failure> {
        let mut id = [0; 32];
        rand::fill(&mut id)
            .map_err(|_| Failure::new(Code::Internal, "The system gives no random numbers."))?;
        let state = State {
            current: refresh_token,
            standing: Standing::Ready,
            rotates,
            granted: None,
            used: false,
            rotations: 0,
            claims: 0,
            keepers: 0,
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

    /// Waits for the right to go on with this lineage: one request at a time, over all sources.
    pub async fn turn(&self) -> sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// What is to be done next. Only who has the turn may ask.
    ///
    /// # Errors
    /// `REFRESH_UNCERTAIN` if the token was sent and its answer lost; `REFRESH_TOKEN_INVALID` if the
    /// server does not know it.
    pub fn next(&self) -> Result<Next, Failure> {
        let mut state = self.lock();
        let may_rotate = state.may_rotate();
        match &mut state.standing {
            Standing::Unkept { .. } => return Ok(Next::Keep),
            Standing::Invalid(failure) => return Err(failure.clone()),
            Standing::Sent if may_rotate => return Err(uncertain()),
            Standing::Sent | Standing::Ready => {}
        }
        if let Some(granted) = state.granted.take() {
            return Ok(Next::Take(granted));
        }
        state.standing = Standing::Sent;
        state.used = true;
        Ok(Next::Send(state.current.clone()))
    }

    /// Takes what an answer brought: an access token, or why there is none, and the refresh token
    /// that the answer names.
    pub fn answered(
        &self,
        granted: Result<AccessToken, Failure>,
        refresh_token: Option<Arc<Secret>>,
    ) {
        let mut state = self.lock();
        state.granted = Some(granted);
        let younger = refresh_token.filter(|token| token.expose() != state.current.expose());
        state.rotates = Some(younger.is_some());
        state.standing = match younger {
            None => Standing::Ready,
            Some(younger) => {
                state.rotations += 1;
                let replaced = std::mem::replace(&mut state.current, younger);
                Standing::Unkept { replaced, claim: None, failed: None }
            }
        };
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
    /// `REFRESH_NOT_PERSISTED` if whoever was asked to keep it failed.
    pub async fn settled(&self) -> Result<(), Failure> {
        let mut changed = self.changed.subscribe();
        loop {
            match &self.lock().standing {
                Standing::Unkept { failed: None, .. } => {}
                Standing::Unkept { failed: Some(what), .. } => {
                    return Err(Failure::new(Code::RefreshNotPersisted, what.clone()));
                }
                _ => return Ok(()),
            }
            // The sender lives as long as this.
            let _ = changed.changed().await;
        }
    }

    /// Whether any of its refresh tokens was ever sent.
    pub fn was_used(&self) -> bool {
        self.lock().used
    }

    /// Whether an answer may bring another refresh token; until that is known, it may.
    pub fn may_rotate(&self) -> bool {
        self.lock().may_rotate()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn uncertain() -> Failure {
    let what = "The refresh token was sent and no usable answer came: it may have been spent.";
    Failure::new(Code::RefreshUncertain, what)
}
