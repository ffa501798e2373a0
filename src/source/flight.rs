//! One running request for each key. All callers wait for the same answer, good or bad.
//!
//! moka's own coalescing is not used. moka ties the request to the first caller's future, and
//! starts again when that caller leaves. moka never replaces a dead value.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::failure::{Code, Failure};

type Outcome<T> = Result<T, Arc<Failure>>;
type Running<K, T> = HashMap<K, Seat<T>>;

/// The running requests.
pub struct Flights<K, T> {
    running: Arc<Mutex<Running<K, T>>>,
}

impl<K, T> Default for Flights<K, T> {
    fn default() -> Self {
        Self { running: Arc::default() }
    }
}

/// A caller's place in a flight.
#[derive(Clone)]
pub struct Seat<T> {
    outcome: watch::Receiver<Option<Outcome<T>>>,
    /// Whether this caller started the flight. If not, the caller joined it.
    pub started: bool,
    /// Whether the flight was started without a waiting caller. Such a flight gives up sooner.
    pub in_background: bool,
}

impl<K, T> Flights<K, T>
where
    K: Copy + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// Joins the flight of `key`, or starts `request` as one. A flight is a task of its own:
    /// it continues when every caller has left. Must be called inside a tokio runtime.
    pub fn join<F>(&self, key: K, in_background: bool, request: impl FnOnce() -> F) -> Seat<T>
    where
        F: Future<Output = Outcome<T>> + Send + 'static,
    {
        let mut running = lock(&self.running);
        if let Some(seat) = running.get(&key) {
            return seat.clone();
        }
        // Called before the flight is on the list, so that a panic here leaves no entry without a
        // task.
        let request = request();
        let (sender, outcome) = watch::channel(None);
        let seat = Seat { outcome, started: false, in_background };
        running.insert(key, seat.clone());
        let landing = Landing { key, running: self.running.clone(), sender };
        drop(running);
        tokio::spawn(async move {
            let answer = request.await;
            landing.land(answer);
        });
        Seat { started: true, ..seat }
    }

    /// How many flights are running.
    pub fn count(&self) -> usize {
        lock(&self.running).len()
    }
}

impl<T: Clone> Seat<T> {
    /// Waits for the flight's answer. Leaving early does not end the flight.
    ///
    /// # Errors
    /// The failure of the flight; `INTERNAL` if the flight ended without an answer.
    pub async fn outcome(mut self) -> Outcome<T> {
        match self.outcome.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone().unwrap_or_else(|| Err(lost())),
            Err(_) => Err(lost()),
        }
    }
}

/// Takes a flight off the list when the flight ends. A panic or the end of the runtime drops this
/// value, which also closes the channel and wakes the callers.
struct Landing<K: Eq + Hash, T> {
    key: K,
    running: Arc<Mutex<Running<K, T>>>,
    sender: watch::Sender<Option<Outcome<T>>>,
}

impl<K: Eq + Hash, T> Landing<K, T> {
    fn land(self, answer: Outcome<T>) {
        // Off the list first: a later caller must find the cached token, not an ended flight.
        lock(&self.running).remove(&self.key);
        self.sender.send_replace(Some(answer));
    }
}

impl<K: Eq + Hash, T> Drop for Landing<K, T> {
    fn drop(&mut self) {
        if self.sender.borrow().is_none() {
            lock(&self.running).remove(&self.key);
        }
    }
}

/// Not that of `bounded`: `tests/schedules` runs this file on locks of its own.
fn lock<K, T>(running: &Mutex<Running<K, T>>) -> MutexGuard<'_, Running<K, T>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

fn lost() -> Arc<Failure> {
    Arc::new(Failure::new(Code::Internal, "The request for a token ended without an answer."))
}
