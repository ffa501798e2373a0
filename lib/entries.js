'use strict';

const { RecentlyUsed } = require('./recently-used.js');

/** @typedef {import('./entry').Entry} Entry */

/** More Connections than this are not kept: each holds about 9 kB. */
const CONNECTIONS = 1_000;

/**
 * The logins of one manager, found by comparing fields: building a key of strings for every call
 * would cost more than all the rest of a warm call. A Salesforce user name belongs to one org of the
 * world, so few logins share one.
 */
class Entries {
  /** @type {Map<string, Entry[]>} */
  #byUsername = new Map();
  /** @type {RecentlyUsed<Entry>} */
  #all;
  /** @type {RecentlyUsed<Entry>} */
  #connected = new RecentlyUsed(CONNECTIONS, (entry) => entry.disconnect());

  /** @param {number} capacity */
  constructor(capacity) {
    this.#all = new RecentlyUsed(capacity, (entry) => this.#remove(entry));
  }

  /**
   * @param {import('..').JWTConfig} config
   * @returns {Entry | undefined}
   */
  find(config) {
    const entries = this.#byUsername.get(config.username);
    if (entries === undefined) return undefined;
    for (const entry of entries) {
      if (entry.matches(config)) return entry;
    }
    return undefined;
  }

  /** @param {Entry} entry */
  add(entry) {
    const entries = this.#byUsername.get(entry.username);
    if (entries === undefined) this.#byUsername.set(entry.username, [entry]);
    else entries.push(entry);
    this.#all.touch(entry);
  }

  /**
   * An entry that was cleared meanwhile stays out.
   *
   * @param {Entry} entry
   */
  markUsed(entry) {
    if (!this.#all.has(entry)) return;
    this.#all.touch(entry);
    if (entry.connection !== null) this.#connected.touch(entry);
  }

  clear() {
    this.#byUsername.clear();
    this.#all.clear();
    this.#connected.clear();
  }

  /** @param {Entry} entry */
  #remove(entry) {
    this.#connected.delete(entry);
    const rest = this.#byUsername.get(entry.username)?.filter((other) => other !== entry) ?? [];
    if (rest.length > 0) this.#byUsername.set(entry.username, rest);
    else this.#byUsername.delete(entry.username);
  }
}

exports.Entries = Entries;
