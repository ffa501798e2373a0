//! A promise that is never rejected: a failure is a value, and so is a panic.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use napi::Env;
use napi::bindgen_prelude::{PromiseRaw, Result, ToNapiValue, within_runtime_if_available};

use crate::failure::{Code, Failure};

type Outcome<T> = std::result::Result<T, Arc<Failure>>;

/// Calls `ask` now, and runs its future in a task of its own. `show` turns the outcome into a
/// value. Without the task, napi would reject with the text of a panic.
pub(super) fn promise<T, V, F>(
    env: &Env,
    ask: impl FnOnce() -> F,
    show: impl FnOnce(Outcome<T>) -> V + Send + 'static,
) -> Result<PromiseRaw<'_, V>>
where
    F: Future<Output = Outcome<T>> + Send + 'static,
    T: Send + 'static,
    V: ToNapiValue + Send + 'static,
{
    let start = || within_runtime_if_available(|| tokio::spawn(ask()));
    let asked = catch_unwind(AssertUnwindSafe(start));
    env.spawn_future(async move {
        let outcome = match asked {
            Ok(task) => task.await.unwrap_or_else(|_| Err(panicked())),
            Err(_) => Err(panicked()),
        };
        Ok(show(outcome))
    })
}

fn panicked() -> Arc<Failure> {
    Arc::new(Failure::new(Code::Internal, "The call ended in a defect."))
}
