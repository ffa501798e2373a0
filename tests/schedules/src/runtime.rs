//! The part of tokio that flights need, on shuttle's primitives.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

shuttle::thread_local! {
    static ENDED: Cell<bool> = Cell::new(false);
}

/// Starts a task of its own. A future that panics (see [`panic`]) is dropped, as tokio does.
pub fn spawn(future: impl Future<Output = ()> + Send + 'static) {
    drop(shuttle::future::spawn(Task(Some(Box::pin(future)))));
}

/// Ends the task that awaits this future, as a panic in the task would. A real panic would end
/// shuttle's test.
pub async fn panic() {
    ENDED.with(|ended| ended.set(true));
    std::future::pending::<()>().await;
}

struct Task(Option<Pin<Box<dyn Future<Output = ()> + Send>>>);

impl Future for Task {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(future) = &mut self.0 else { return Poll::Ready(()) };
        if future.as_mut().poll(context).is_pending() && !ENDED.with(|ended| ended.replace(false)) {
            return Poll::Pending;
        }
        self.0 = None;
        Poll::Ready(())
    }
}

/// `tokio::sync::watch`, as far as flights use it.
pub mod watch {
    use std::future::poll_fn;
    use std::ops::Deref;
    use std::sync::PoisonError;
    use std::task::{Poll, Waker};

    use shuttle::sync::{Arc, Mutex, MutexGuard};

    struct State<T> {
        value: T,
        closed: bool,
        waiting: Vec<Waker>,
    }

    /// Sets the value. Dropping the sender closes the channel.
    pub struct Sender<T>(Arc<Mutex<State<T>>>);

    /// Waits for a value.
    pub struct Receiver<T>(Arc<Mutex<State<T>>>);

    /// The value, which cannot change while it is borrowed.
    pub struct Ref<'a, T>(MutexGuard<'a, State<T>>);

    impl<T> Deref for Ref<'_, T> {
        type Target = T;

        fn deref(&self) -> &T {
            &self.0.value
        }
    }

    pub fn channel<T>(value: T) -> (Sender<T>, Receiver<T>) {
        let state = State { value, closed: false, waiting: Vec::new() };
        let shared = Arc::new(Mutex::new(state));
        (Sender(shared.clone()), Receiver(shared))
    }

    fn lock<T>(shared: &Mutex<State<T>>) -> MutexGuard<'_, State<T>> {
        // A test that fails unwinds all tasks, wherever they are: a second panic would be an abort.
        shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(shared: &Mutex<State<T>>, change: impl FnOnce(&mut State<T>)) {
        let mut state = lock(shared);
        change(&mut state);
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
    }

    impl<T> Sender<T> {
        pub fn borrow(&self) -> Ref<'_, T> {
            Ref(lock(&self.0))
        }

        pub fn send_replace(&self, value: T) {
            change(&self.0, |state| state.value = value);
        }
    }

    impl<T> Drop for Sender<T> {
        fn drop(&mut self) {
            change(&self.0, |state| state.closed = true);
        }
    }

    impl<T> Clone for Receiver<T> {
        fn clone(&self) -> Self {
            Self(self.0.clone())
        }
    }

    impl<T> Receiver<T> {
        /// # Errors
        /// The channel was closed before such a value came.
        pub async fn wait_for(&mut self, is_it: impl Fn(&T) -> bool) -> Result<Ref<'_, T>, ()> {
            poll_fn(|context| {
                let mut state = lock(&self.0);
                if is_it(&state.value) {
                    return Poll::Ready(Ok(()));
                }
                if state.closed {
                    return Poll::Ready(Err(()));
                }
                state.waiting.push(context.waker().clone());
                Poll::Pending
            })
            .await?;
            Ok(Ref(lock(&self.0)))
        }
    }
}
