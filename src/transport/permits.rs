//! Permits to send: they limit the simultaneous requests to one host, and to all hosts together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::bounded::lock;

/// Simultaneous requests to all hosts, of all sources. A thousand orgs must not open a thousand
/// sockets.
const TO_ALL: usize = 128;
/// Simultaneous requests to one host. A host that hangs leaves permits for other hosts. The number
/// is not smaller, because many orgs log in at one host.
const TO_ONE: usize = 32;

/// The permits of a process.
pub(super) struct Permits {
    all: Arc<Semaphore>,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// A permit for one request, until the value is dropped.
pub(super) struct Permit {
    _one: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Default for Permits {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(TO_ALL)), hosts: Mutex::default() }
    }
}

impl Permits {
    /// Waits for a permit to send to the host of this origin; `None` if the semaphores are closed.
    pub async fn permit(&self, origin: String) -> Option<Permit> {
        // The host's permit first: a request that waits for a busy host must not occupy a permit of
        // all.
        let one = self.host(origin).acquire_owned().await.ok()?;
        let all = self.all.clone().acquire_owned().await.ok()?;
        Some(Permit { _one: one, _all: all })
    }

    fn host(&self, origin: String) -> Arc<Semaphore> {
        let mut hosts = lock(&self.hosts);
        // A host stays in the map while a request to it is sent or waits for a permit.
        hosts.retain(|_, host| Arc::strong_count(host) > 1);
        hosts.entry(origin).or_insert_with(|| Arc::new(Semaphore::new(TO_ONE))).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::timeout;

    /// Takes all permits that this origin can have at once.
    async fn take_all(permits: &Permits, origin: &str) -> Vec<Permit> {
        let (mut taken, instant) = (vec![], Duration::from_millis(1));
        while let Ok(permit) = timeout(instant, permits.permit(origin.into())).await {
            taken.extend(permit);
        }
        taken
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_gets_a_part_of_all() {
        let (permits, mut held) = (Permits::default(), vec![]);
        for (origin, count) in [("a", 32), ("b", 32), ("c", 32), ("d", 32), ("e", 0)] {
            held.push(take_all(&permits, origin).await);
            assert_eq!(held.last().map(Vec::len), Some(count), "{origin}");
        }
        held.remove(0);
        assert_eq!(take_all(&permits, "e").await.len(), 32);
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_is_forgotten_when_nobody_sends_to_it_nor_waits() {
        let permits = Permits::default();
        let held = permits.permit("held".into()).await;
        for number in 0..100 {
            drop(permits.permit(number.to_string()).await);
        }
        let known = || permits.hosts.lock().unwrap().len();
        assert_eq!(known(), 2, "the host of the permit in use and the last host");
        assert_eq!(take_all(&permits, "held").await.len(), 31, "one permit is in use");
        drop(held);
        drop(permits.permit("next".into()).await);
        assert_eq!(known(), 1);
    }
}
