'use strict';

const { RecentlyUsed } = require('./recently-used.js');

/** More Connections than this are not kept: each holds about 9 kB. */
const CONNECTIONS = 1_000;

/**
 * The logins of one manager, found by one field and by comparing the others: building a key of
 * strings for every call would cost more than all the rest of a warm call.
 *
 * @template {import('./entry').Entry & { matches(wanted: W): boolean }} E
 * @template W what an entry is compared with
 */
class Entries {
  /** @type {Map<unknown, E[]>} */
  #byKey = new Map();
  /** @type {RecentlyUsed<E>} */
  #all;
  /** @type {RecentlyUsed<E>} */
  #connected = new RecentlyUsed(CONNECTIONS, (entry) => entry.disconnect());

  /** @param {number} capacity */
  constructor(capacity) {
    this.#all = new RecentlyUsed(capacity, (entry) => this.#leave(entry));
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
      if (entry.matches(wanted)) return entry;
    }
    return undefined;
  }

  /** @param {E} entry */
  add(entry) {
    const entries = this.#byKey.get(entry.key);
    if (entries === undefined) this.#byKey.set(entry.key, [entry]);
    else entries.push(entry);
    this.#all.touch(entry);
  }

  /**
   * An entry that was cleared meanwhile stays out.
   *
   * @param {E} entry
   */
  markUsed(entry) {
    if (!this.#all.has(entry)) return;
    this.#all.touch(entry);
    if (entry.connection !== null) this.#connected.touch(entry);
  }

  /** @param {E} entry */
  remove(entry) {
    this.#all.delete(entry);
    this.#leave(entry);
  }

  clear() {
    this.#byKey.clear();
    this.#all.clear();
    this.#connected.clear();
  }

  [Symbol.iterator]() {
    return this.#all[Symbol.iterator]();
  }

  /** @param {E} entry */
  #leave(entry) {
    this.#connected.delete(entry);
    const rest = this.#byKey.get(entry.key)?.filter((other) => other !== entry) ?? [];
    if (rest.length > 0) this.#byKey.set(entry.key, rest);
    else this.#byKey.delete(entry.key);
  }
}

exports.Entries = Entries;
