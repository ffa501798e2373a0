//! A locked map with room for so many entries, for what may be forgotten but must not grow.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A map that empties itself when a new key finds it full: what was learnt is learnt again.
pub struct Bounded<K, V> {
    room: usize,
    entries: Mutex<HashMap<K, V>>,
}

/// Entries that a map of learnt facts has room for by default.
const ROOM: usize = 10_000;

impl<K, V> Default for Bounded<K, V> {
    fn default() -> Self {
        Self { room: ROOM, entries: Mutex::default() }
    }
}

impl<K: Eq + Hash, V> Bounded<K, V> {
    /// Room for `room` entries.
    pub fn new(room: usize) -> Self {
        Self { room, ..Self::default() }
    }

    /// What `read` makes of the entry of `key`; none without an entry.
    pub fn get<T>(&self, key: &K, read: impl FnOnce(&V) -> T) -> Option<T> {
        lock(&self.entries).get(key).map(read)
    }

    /// Puts in what `change` makes of the entry that is there.
    pub fn update(&self, key: K, change: impl FnOnce(Option<&V>) -> V) {
        let mut entries = lock(&self.entries);
        let value = change(entries.get(&key));
        if entries.len() >= self.room && !entries.contains_key(&key) {
            entries.clear();
        }
        entries.insert(key, value);
    }

    /// Takes the entry of `key` out.
    pub fn remove(&self, key: &K) {
        lock(&self.entries).remove(key);
    }

    /// Takes all entries out.
    pub fn clear(&self) {
        lock(&self.entries).clear();
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        lock(&self.entries).len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Locks a mutex. A panic elsewhere leaves the value usable: no lock here is held over a half-made
/// change.
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_known_key_is_changed_in_a_full_map_and_a_new_one_empties_it() {
        let map = Bounded::new(2);
        for key in ["a", "b", "a"] {
            map.update(key, |count| count.copied().unwrap_or(0) + 1);
        }
        assert_eq!((map.get(&"a", |count| *count), map.len()), (Some(2), 2));
        map.update("c", |_| 1);
        assert_eq!((map.get(&"a", |count| *count), map.len()), (None, 1));
    }

    proptest! {
        #[test]
        fn no_map_outgrows_its_room(room in 1usize..20, keys in proptest::collection::vec(0u8..50, 0..200)) {
            let map = Bounded::new(room);
            for key in keys {
                map.update(key, |_| ());
                prop_assert!(map.len() <= room && !map.is_empty());
                prop_assert!(map.get(&key, |()| ()).is_some());
            }
        }
    }
}
