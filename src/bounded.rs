//! A locked map of limited size, for facts that can be learnt again.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A map that empties itself when a new key is put into the full map. Its entries are facts that
/// can be learnt again.
pub struct Bounded<K, V> {
    room: usize,
    entries: Mutex<HashMap<K, V>>,
}

/// How many entries a map has room for by default.
const ROOM: usize = 10_000;

impl<K, V> Default for Bounded<K, V> {
    fn default() -> Self {
        Self { room: ROOM, entries: Mutex::default() }
    }
}

impl<K: Eq + Hash, V> Bounded<K, V> {
    /// A map with room for `room` entries.
    pub fn new(room: usize) -> Self {
        Self { room, ..Self::default() }
    }

    /// Reads the entry of `key` with `read`; `None` without an entry.
    pub fn get<T>(&self, key: &K, read: impl FnOnce(&V) -> T) -> Option<T> {
        lock(&self.entries).get(key).map(read)
    }

    /// Sets the entry of `key` to the result of `change`, which gets the present entry.
    pub fn update(&self, key: K, change: impl FnOnce(Option<&V>) -> V) {
        let mut entries = lock(&self.entries);
        let value = change(entries.get(&key));
        if entries.len() >= self.room && !entries.contains_key(&key) {
            entries.clear();
        }
        entries.insert(key, value);
    }

    /// Removes the entry of `key`.
    pub fn remove(&self, key: &K) {
        lock(&self.entries).remove(key);
    }

    /// Removes all entries.
    pub fn clear(&self) {
        lock(&self.entries).clear();
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        lock(&self.entries).len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Locks a mutex. After a panic under the lock the value is still usable: no code here panics
/// halfway through a change.
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
