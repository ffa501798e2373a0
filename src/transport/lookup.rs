//! The addresses of names. The number of lookups at once is limited, and calls for one name share one.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::{Arc, Mutex};

use tokio::sync::{Semaphore, watch};
use tokio::task::spawn_blocking;

use crate::bounded::lock;

/// Lookups at once. A lookup occupies a thread and cannot be stopped, so a resolver that hangs must not
/// get more threads.
const AT_ONCE: usize = 16;

type Addresses = Arc<[SocketAddr]>;
type Running = watch::Receiver<Option<Addresses>>;

/// The lookups of a process.
pub(super) struct Lookups {
    resolve: fn(&str) -> Vec<SocketAddr>,
    threads: Arc<Semaphore>,
    running: Mutex<HashMap<String, Running>>,
}

/// A lookup, until its end or until its first caller leaves before a thread is free.
struct Lookup {
    lookups: &'static Lookups,
    host: String,
    found: Option<Addresses>,
    told: watch::Sender<Option<Addresses>>,
}

impl Drop for Lookup {
    fn drop(&mut self) {
        lock(&self.lookups.running).remove(&self.host);
        self.told.send_replace(self.found.take());
    }
}

impl Default for Lookups {
    fn default() -> Self {
        Self::new(|host| (host, 0).to_socket_addrs().map_or_else(|_| vec![], Iterator::collect))
    }
}

impl Lookups {
    fn new(resolve: fn(&str) -> Vec<SocketAddr>) -> Self {
        Self { resolve, threads: Arc::new(Semaphore::new(AT_ONCE)), running: Mutex::default() }
    }

    /// The addresses of the name, without a port; none if it cannot be resolved.
    pub async fn addresses(&'static self, host: &str) -> Addresses {
        loop {
            let mut running = self.join(host).await;
            if let Ok(found) = running.wait_for(Option::is_some).await {
                return found.clone().unwrap_or_default();
            }
            // The first caller left before a thread was free: this caller may be the next first.
        }
    }

    async fn join(&'static self, host: &str) -> Running {
        let (told, running) = watch::channel(None);
        match lock(&self.running).entry(host.to_owned()) {
            Entry::Occupied(entry) => return entry.get().clone(),
            Entry::Vacant(entry) => entry.insert(running.clone()),
        };
        let mut lookup = Lookup { lookups: self, host: host.to_owned(), found: None, told };
        if let Ok(thread) = self.threads.clone().acquire_owned().await {
            spawn_blocking(move || {
                lookup.found = Some((self.resolve)(&lookup.host).into());
                drop((lookup, thread));
            });
        }
        running
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use std::time::Duration;
    use tokio::task::JoinSet;
    use tokio::time::timeout;

    static GATE: Mutex<()> = Mutex::new(());
    static BEGUN: AtomicUsize = AtomicUsize::new(0);

    /// A resolver that hangs while the gate is locked, and then knows every name.
    fn resolve(_: &str) -> Vec<SocketAddr> {
        BEGUN.fetch_add(1, SeqCst);
        drop(lock(&GATE));
        vec![([127, 0, 0, 1], 0).into()]
    }

    #[tokio::test]
    #[expect(clippy::await_holding_lock, reason = "it is the resolver that must wait")]
    async fn fault_58_a_resolver_that_hangs_gets_16_threads_and_one_lookup_a_name() {
        let lookups: &'static Lookups = Box::leak(Box::new(Lookups::new(resolve)));
        let ask = |number: usize| async move { lookups.addresses(&number.to_string()).await.len() };
        let gate = lock(&GATE);
        let mut leaving = JoinSet::new();
        for number in 0..100 {
            leaving.spawn(timeout(Duration::from_millis(100), ask(number / 5)));
        }
        assert!(leaving.join_all().await.iter().all(Result::is_err));
        assert_eq!(BEGUN.load(SeqCst), AT_ONCE);
        assert_eq!(lock(&lookups.running).len(), AT_ONCE, "no lookup waits without a caller");

        let mut staying = JoinSet::new();
        for number in 10..40 {
            staying.spawn(ask(number));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(BEGUN.load(SeqCst), AT_ONCE);
        drop(gate);
        assert_eq!(staying.join_all().await, [1; 30]);
        assert_eq!(BEGUN.load(SeqCst), 40, "those that hung were joined");
        assert!(lock(&lookups.running).is_empty());
    }

    #[tokio::test]
    async fn a_name_that_cannot_be_resolved_has_no_address() {
        let lookups: &'static Lookups = Box::leak(Box::default());
        // Longer than a label of DNS may be, so that no name server is asked.
        assert!(lookups.addresses(&"x".repeat(64)).await.is_empty());
        assert!(!lookups.addresses("localhost").await.is_empty());
    }
}
