'use strict';

// Connections with live tokens, for the entries of one manager.

const { LiveTokens } = require('../tokens/live-tokens.js');

// Loaded by the first Connection: a caller that wants tokens alone does not wait for it.
const opening = () => require('./open.js');

/** @typedef {import('./entry').ConnectionEntry} ConnectionEntry */
/** @typedef {import('../..').AccessToken} AccessToken */
/** @typedef {import('../tokens/live-tokens').TokenCall} TokenCall */

/**
 * @template {ConnectionEntry} E
 * @extends {LiveTokens<E>}
 */
class Connections extends LiveTokens {
  #Connection;
  #options;

  /**
   * @param {{ markUsed(entry: E): void }} entries
   * @param {import('../manager-options').OfConnections} ofConnections the class, by default
   *   jsforce's, and what each Connection is made with
   */
  constructor(entries, { Connection, connectionOptions }) {
    super(entries);
    this.#Connection = Connection;
    this.#options = connectionOptions;
  }

  /**
   * The entry's Connection with a live token, or a Connection of the caller's own.
   *
   * @param {E} entry
   * @param {TokenCall & { fresh: boolean }} call
   * @returns {Promise<any>}
   */
  async connect(entry, call) {
    const asked = this.token(entry, call);
    // jsforce takes longer to load than a login, which runs meanwhile.
    const Connection = this.#connectionClass(asked);
    const token = await asked;
    const open = () => opening().openConnection(Connection, entry, token, this.#options);
    if (call.fresh) return open();
    if (!entry.isConnected()) {
      entry.connect(open());
      this.entries.markUsed(entry);
    }
    return entry.connection;
  }

  /**
   * A live token. One that a Connection's `logout()` has revoked is dropped first.
   *
   * @param {E} entry
   * @param {TokenCall} call
   * @returns {Promise<AccessToken>}
   */
  async token(entry, call) {
    if (entry.token !== null && entry.isLoggedOut()) {
      entry.login.invalidate(entry.token.accessToken);
      entry.disconnect();
    }
    return super.token(entry, call);
  }

  /** @param {Promise<unknown>} asked */
  #connectionClass(asked) {
    try {
      this.#Connection ??= opening().loadConnectionClass();
      return this.#Connection;
    } catch (error) {
      // The caller gets this error. A failure of the login would be an unhandled rejection.
      asked.catch(() => {});
      throw error;
    }
  }
}

exports.Connections = Connections;
