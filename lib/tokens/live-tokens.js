'use strict';

const { peek } = require('../../native.js');
const { throwIfAborted, untilAborted } = require('../call-options.js');
const { loadConnectionClass, openConnection } = require('../connection/open.js');
const { errorOf } = require('../errors.js');

/** @typedef {import('./entry').Entry} Entry */
/** @typedef {import('../..').AccessToken} AccessToken */
/** @typedef {ReturnType<typeof import('../call-options').readCallOptions>} Call */

/** What `peek` says of a live token: its use is to be marked, its renewal to be set off. */
const UNMARKED = 2;
const DUE = 3;

/**
 * How the entries of a manager come by live tokens and by Connections.
 *
 * @template {Entry} E
 */
class TokenAccess {
  #entries;
  #Connection;

  /**
   * @param {{ markUsed(entry: E): void }} entries
   * @param {(new (config: any) => any) | undefined} Connection jsforce's, if it is left out
   */
  constructor(entries, Connection) {
    this.#entries = entries;
    this.#Connection = Connection;
  }

  /**
   * Whether the entry has a token that may be used now. Asked at every call, so it is one native
   * call with a number, which also says what else is to be done once in a while.
   *
   * @param {E} entry
   */
  isAlive(entry) {
    const state = peek(entry.ticket);
    if (state === UNMARKED) {
      entry.login.markUsed();
      this.#entries.markUsed(entry);
    } else if (state === DUE) {
      entry.login.renew(entry.ticket);
    } else if (state === 0) {
      // Renewed by another call or another thread.
      const kept = entry.login.kept();
      if (kept === null) return false;
      entry.adopt(kept);
    }
    return true;
  }

  /**
   * @param {E} entry
   * @param {Call} call
   * @returns {Promise<any>}
   */
  async connect(entry, call) {
    const asked = this.token(entry, call);
    // Loading jsforce takes longer than the exchange, which runs meanwhile.
    const Connection = this.#connectionClass(asked);
    const token = await asked;
    if (call.fresh) return openConnection(Connection, entry, token);
    if (!entry.isConnected()) {
      entry.connect(openConnection(Connection, entry, token));
      this.#entries.markUsed(entry);
    }
    return entry.connection;
  }

  /** @param {Promise<unknown>} asked */
  #connectionClass(asked) {
    try {
      this.#Connection ??= loadConnectionClass();
      return this.#Connection;
    } catch (error) {
      // Its failure would be nobody's: this error is the one that counts.
      asked.catch(() => {});
      throw error;
    }
  }

  /**
   * @param {E} entry
   * @param {Call} call
   * @returns {Promise<AccessToken>}
   */
  async token(entry, { budget, signal }) {
    throwIfAborted(signal);
    if (entry.token !== null && entry.isLoggedOut()) {
      entry.login.invalidate(entry.token.accessToken);
      entry.disconnect();
    }
    if (entry.token !== null && this.isAlive(entry)) return entry.token;
    const asked = await untilAborted(entry.login.token(budget), signal);
    if (asked.outcome === 'refused') throw errorOf(asked.refusal);
    return entry.adopt(asked.token);
  }
}

exports.TokenAccess = TokenAccess;
