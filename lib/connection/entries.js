'use strict';

// The entries of one manager, with a bound of its own for their Connections.

const { Entries } = require('../tokens/entries.js');
const { RecentlyUsed } = require('../tokens/recently-used.js');

/** The most Connections of a manager: each takes about 9 kB, much more than its token. */
const CONNECTIONS = 1_000;

/**
 * @template {import('./entry').ConnectionEntry & { sameKey(wanted: W): boolean }} E
 * @template W what a call asks for
 * @extends {Entries<E, W>}
 */
class ConnectionEntries extends Entries {
  /** @type {RecentlyUsed<E>} */
  #connected = new RecentlyUsed(CONNECTIONS, (entry) => entry.disconnect());

  /** @param {E} entry */
  markUsed(entry) {
    super.markUsed(entry);
    if (entry.connection !== null && this.has(entry)) this.#connected.touch(entry);
  }

  clear() {
    super.clear();
    this.#connected.clear();
  }

  /**
   * @protected
   * @param {E} entry
   */
  leave(entry) {
    this.#connected.delete(entry);
    super.leave(entry);
  }
}

exports.ConnectionEntries = ConnectionEntries;
