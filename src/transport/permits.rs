//! Permits to send: they limit the simultaneous requests to one host, and to all hosts together.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::bounded::lock;

/// Simultaneous requests to all hosts, of all sources. A thousand orgs must not open a thousand
/// sockets. A host to which no request is sent gets one more, so that hosts that hang stop no other.
const TO_ALL: usize = 512;
/// Simultaneous requests to one host. A host that hangs leaves permits for other hosts. The number
/// is not smaller, because many orgs log in at one host.
const TO_ONE: usize = 256;

/// The permits of a process.
pub(super) struct Permits {
    all: Arc<Semaphore>,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
}

struct Host {
    permits: Arc<Semaphore>,
    /// The permit that a host has beside those of all.
    own: Arc<Semaphore>,
    /// How many requests have all their permits.
    in_the_air: AtomicUsize,
}

/// A permit for one request, until the value is dropped.
pub(super) struct Permit {
    host: Arc<Host>,
    _permits: [OwnedSemaphorePermit; 2],
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.host.in_the_air.fetch_sub(1, Relaxed);
    }
}

impl Default for Permits {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(TO_ALL)), hosts: Mutex::default() }
    }
}

impl Permits {
    /// Waits for a permit to send to the host of this origin; `None` if the semaphores are closed.
    pub async fn permit(&self, origin: String) -> Option<Permit> {
        let host = self.host(origin);
        // The host's permit first: a request that waits for a busy host must not occupy a permit of
        // all.
        let one = host.permits.clone().acquire_owned().await.ok()?;
        let other = tokio::select! {
            biased;
            of_all = self.all.clone().acquire_owned() => of_all.ok()?,
            own = host.own.clone().acquire_owned() => own.ok()?,
        };
        host.in_the_air.fetch_add(1, Relaxed);
        Some(Permit { host, _permits: [one, other] })
    }

    /// How many requests are in the air, if a request to this origin would wait for its permit.
    pub fn crowd(&self, origin: &str) -> Option<String> {
        let hosts = lock(&self.hosts);
        let count = |host: &Arc<Host>| host.in_the_air.load(Relaxed);
        let to_one = hosts.get(origin).map_or(0, count);
        let to_all: usize = hosts.values().map(count).sum();
        let waits = to_one >= TO_ONE || (to_one > 0 && to_all >= TO_ALL);
        waits.then(|| {
            format!("{to_one} requests to this host are in the air, and {to_all} to all hosts.")
        })
    }

    fn host(&self, origin: String) -> Arc<Host> {
        let mut hosts = lock(&self.hosts);
        // A host stays in the map while a request to it is sent or waits for a permit.
        hosts.retain(|_, host| Arc::strong_count(host) > 1);
        let host = || Host {
            permits: Arc::new(Semaphore::new(TO_ONE)),
            own: Arc::new(Semaphore::new(1)),
            in_the_air: AtomicUsize::new(0),
        };
        hosts.entry(origin).or_insert_with(|| Arc::new(host())).clone()
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
    async fn fault_59_a_host_gets_a_part_of_all_and_at_least_one() {
        let (permits, mut held) = (Permits::default(), vec![]);
        for (origin, count) in [("a", 256), ("b", 256), ("c", 1), ("d", 1)] {
            held.push(take_all(&permits, origin).await);
            assert_eq!(held.last().map(Vec::len), Some(count), "{origin}");
        }
        held.remove(0);
        assert_eq!(take_all(&permits, "e").await.len(), 256);
        // One that waited for a permit of all gets the host's own when that is free.
        let next = permits.permit("c".into());
        let (next, ()) = tokio::join!(timeout(Duration::from_secs(1), next), async {
            held.remove(1);
        });
        assert!(next.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn fault_59_a_crowd_says_how_many_it_is() {
        let permits = Permits::default();
        assert_eq!(permits.crowd("a"), None);
        let mut held = take_all(&permits, "a").await;
        let crowd = "256 requests to this host are in the air, and 256 to all hosts.";
        assert_eq!(permits.crowd("a").as_deref(), Some(crowd));
        assert_eq!(permits.crowd("b"), None);
        let others = [take_all(&permits, "b").await, take_all(&permits, "c").await];
        let crowd = "1 requests to this host are in the air, and 513 to all hosts.";
        assert_eq!(permits.crowd("c").as_deref(), Some(crowd));
        assert_eq!(permits.crowd("d"), None, "the first does not wait");
        drop(others);
        held.pop();
        assert_eq!(permits.crowd("a"), None);
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
        assert_eq!(take_all(&permits, "held").await.len(), 255, "one permit is in use");
        drop(held);
        drop(permits.permit("next".into()).await);
        assert_eq!(known(), 1);
    }
}
