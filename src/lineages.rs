//! Which lineage a refresh token belongs to: every one ever seen leads there, so that a caller that
//! still passes the first one gets what the youngest is good for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client::Client;
use crate::entropy::random;
use crate::failure::{Code, Failure};
use crate::identity::{Identity, IdentityKey};
use crate::lineage::Lineage;
use crate::secret::Secret;

/// Refresh tokens known before new lineages are refused.
pub const CAPACITY: usize = 1_000_000;

/// The lineages of a process. None is ever evicted: a forgotten one would be spent twice.
pub struct Lineages {
    key: IdentityKey,
    capacity: usize,
    by_token: Mutex<HashMap<Identity, Arc<Lineage>>>,
}

impl Lineages {
    /// Begins no lineage when it knows `capacity` refresh tokens.
    ///
    /// # Errors
    /// `INTERNAL` if the system gives no random numbers.
    pub fn new(capacity: usize) -> Result<Self, Failure> {
        let key = IdentityKey::derive(&random::<32>()?);
        Ok(Self { key, capacity, by_token: Mutex::default() })
    }

    /// The lineage of a refresh token, or a new one. `rotates`: whether the app rotates refresh
    /// tokens, if the user says so.
    ///
    /// # Errors
    /// `REFRESH_TOKENS_FULL`.
    pub fn find_or_begin(
        &self,
        client: &Client,
        refresh_token: Secret,
        rotates: Option<bool>,
    ) -> Result<Arc<Lineage>, Failure> {
        let name = self.name(client, &refresh_token);
        let mut by_token = self.lock();
        let lineage = match by_token.get(&name) {
            Some(lineage) => lineage.clone(),
            None if by_token.len() >= self.capacity => {
                let what = format!("{} refresh tokens are known already.", self.capacity);
                return Err(Failure::new(Code::RefreshTokensFull, what));
            }
            None => {
                by_token.entry(name).or_insert(Lineage::begin(Arc::new(refresh_token))?).clone()
            }
        };
        if let Some(rotates) = rotates {
            lineage.tell(rotates);
        }
        Ok(lineage)
    }

    /// Adds a refresh token to a lineage, however many are known: it is here, and must be found. One
    /// of a forgotten lineage is forgotten too.
    pub fn add(&self, client: &Client, refresh_token: &Secret, lineage: &Arc<Lineage>) {
        if lineage.is_forgotten() {
            return;
        }
        self.lock().insert(self.name(client, refresh_token), lineage.clone());
    }

    /// Forgets a lineage, which ends for all who hold it; whether it was known.
    pub fn forget(&self, lineage: &Arc<Lineage>) -> bool {
        lineage.forget();
        let mut by_token = self.lock();
        let before = by_token.len();
        by_token.retain(|_, other| !Arc::ptr_eq(other, lineage));
        by_token.len() < before
    }

    /// Takes in what the client proves itself with: who has the wrong secret finds nothing.
    fn name(&self, client: &Client, refresh_token: &Secret) -> Identity {
        let site = client.login_url.site();
        self.key.identity([&*site, &client.id, &client.proof(), refresh_token.expose()])
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Identity, Arc<Lineage>>> {
        self.by_token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
