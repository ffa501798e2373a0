//! Which lineage a refresh token belongs to. Every refresh token of a lineage finds the lineage. So
//! a caller that still passes the first refresh token gets the access token of the newest.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};

use super::{Lineage, SeenRotation};
use crate::bounded::lock;
use crate::credential::Client;
use crate::entropy::random;
use crate::failure::{Code, Failure};
use crate::identity::{Identity, IdentityKey};
use crate::secret::Secret;

/// How many refresh tokens may be known before new lineages are refused.
pub const CAPACITY: usize = 1_000_000;
/// Apps whose rotation is remembered for new lineages.
const APPS: usize = 10_000;
const FIRST_SWEEP: usize = 1_000;

/// The lineages of a process. A used lineage is never evicted, because its refresh token could be
/// spent twice.
pub struct KnownLineages {
    key: IdentityKey,
    capacity: usize,
    known: Mutex<Table>,
}

/// The lineages, by the name of each refresh token.
#[derive(Default)]
struct Table {
    used: HashMap<Identity, Arc<Lineage>>,
    /// Lineages whose refresh token was never sent. They end when no login has them.
    unused: HashMap<Identity, Weak<Lineage>>,
    /// How many unused lineages there may be before ended ones are removed.
    sweep_at: usize,
    /// Whether each app rotates refresh tokens, by host and client id.
    rotations: HashMap<(String, String), Arc<SeenRotation>>,
}

impl KnownLineages {
    /// A table that begins no more lineages once `capacity` refresh tokens are known.
    ///
    /// # Errors
    /// `INTERNAL` if the system gives no random numbers.
    pub fn new(capacity: usize) -> Result<Self, Failure> {
        let key = IdentityKey::derive(&random::<32>()?);
        Ok(Self { key, capacity, known: Mutex::default() })
    }

    /// The lineage of a refresh token, or a new lineage. `rotates`: whether the app rotates refresh
    /// tokens, if the user says so.
    ///
    /// # Errors
    /// `REFRESH_TOKENS_FULL` if the table is full; `INTERNAL` if the system gives no random
    /// numbers.
    pub fn find_or_begin(
        &self,
        client: &Client,
        refresh_token: Secret,
        rotates: Option<bool>,
    ) -> Result<Arc<Lineage>, Failure> {
        let name = self.name(client, &refresh_token);
        let mut known = lock(&self.known);
        let lineage = match known.find(&name) {
            Some(lineage) => lineage,
            None if known.used.len() >= self.capacity => {
                let what = format!("{} refresh tokens are known already.", self.capacity);
                return Err(Failure::new(Code::RefreshTokensFull, what));
            }
            None => {
                let rotation = known.rotation_of(client);
                known.begin(name, Lineage::begin(Arc::new(refresh_token), rotation)?)
            }
        };
        if let Some(rotates) = rotates {
            lineage.tell_rotation(rotates);
        }
        Ok(lineage)
    }

    /// Adds a refresh token to a lineage for good, before the token is sent or when it has come.
    /// The capacity does not count here, because the token must be found later. A forgotten lineage
    /// takes no token.
    pub fn add(&self, client: &Client, refresh_token: &Secret, lineage: &Arc<Lineage>) {
        let name = self.name(client, refresh_token);
        let mut known = lock(&self.known);
        if !lineage.is_forgotten() {
            known.unused.remove(&name);
            known.used.insert(name, lineage.clone());
        }
    }

    /// Forgets a lineage. The lineage ends for every login that has it. Returns whether the lineage
    /// was ever used.
    pub fn forget(&self, lineage: &Arc<Lineage>) -> bool {
        lineage.forget();
        let mut known = lock(&self.known);
        let before = known.used.len();
        known.used.retain(|_, other| !Arc::ptr_eq(other, lineage));
        known.unused.retain(|_, other| other.as_ptr() != Arc::as_ptr(lineage));
        known.used.len() < before
    }

    /// The client's proof is part of the name: a wrong secret finds nothing.
    fn name(&self, client: &Client, refresh_token: &Secret) -> Identity {
        let site = client.login_url.site();
        self.key.identity([&*site, &client.id, client.proof().expose(), refresh_token.expose()])
    }
}

impl Table {
    /// What the answers to this app showed: of one user's answer, all its users learn.
    fn rotation_of(&mut self, client: &Client) -> Arc<SeenRotation> {
        if self.rotations.len() >= APPS {
            self.rotations.clear();
        }
        self.rotations.entry((client.login_url.site(), client.id.clone())).or_default().clone()
    }

    fn find(&self, name: &Identity) -> Option<Arc<Lineage>> {
        self.used.get(name).cloned().or_else(|| self.unused.get(name)?.upgrade())
    }

    fn begin(&mut self, name: Identity, lineage: Arc<Lineage>) -> Arc<Lineage> {
        if self.unused.len() >= self.sweep_at {
            self.unused.retain(|_, lineage| lineage.strong_count() > 0);
            self.sweep_at = (2 * self.unused.len()).max(FIRST_SWEEP);
        }
        self.unused.insert(name, Arc::downgrade(&lineage));
        lineage
    }
}
