'use strict';

// The entries of one manager, bounded: the least recently used leave first.

const { RecentlyUsed } = require('./recently-used.js');

/**
 * Entries, found by their `key` and by a comparison of the other fields. A key made of all fields
 * would have to be built at every call, which costs more than the rest of a warm call.
 *
 * @template {import('./entry').TokenEntry & { sameKey(wanted: W): boolean }} E
 * @template W what a call asks for
 */
class Entries {
  /** @type {Map<unknown, E[]>} */
  #byKey = new Map();
  /** @type {RecentlyUsed<E>} */
  #all;

  /** @param {number} capacity */
  constructor(capacity) {
    this.#all = new RecentlyUsed(capacity, (entry) => this.leave(entry));
  }

  /**
   * @param {unknown} key
   * @param {W} wanted
   * @returns {E | undefined}
   */
  find(key, wanted) {
    const entries = this.#byKey.get(key);
    if (entries === undefined) return undefined;
    for (const entry of entries) {
      if (entry.sameKey(wanted)) return entry;
    }
    return undefined;
  }

  /**
   * All entries with this key.
   *
   * @param {unknown} key
   * @returns {readonly E[]}
   */
  under(key) {
    return this.#byKey.get(key) ?? [];
  }

  /** @param {E} entry */
  add(entry) {
    const entries = this.#byKey.get(entry.key);
    if (entries === undefined) this.#byKey.set(entry.key, [entry]);
    else entries.push(entry);
    this.#all.touch(entry);
  }

  /**
   * Whether the entry is still here. A call may return after its entry was cleared.
   *
   * @param {E} entry
   */
  has(entry) {
    return this.#all.has(entry);
  }

  /** @param {E} entry */
  markUsed(entry) {
    if (this.has(entry)) this.#all.touch(entry);
  }

  /** @param {E} entry */
  remove(entry) {
    this.#all.delete(entry);
    this.leave(entry);
  }

  clear() {
    this.#byKey.clear();
    this.#all.clear();
  }

  [Symbol.iterator]() {
    return this.#all[Symbol.iterator]();
  }

  /**
   * Makes an entry unfindable that was removed or evicted.
   *
   * @protected
   * @param {E} entry
   */
  leave(entry) {
    const rest = this.#byKey.get(entry.key)?.filter((other) => other !== entry) ?? [];
    if (rest.length > 0) this.#byKey.set(entry.key, rest);
    else this.#byKey.delete(entry.key);
  }
}

exports.Entries = Entries;
