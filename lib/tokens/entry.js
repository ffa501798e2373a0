'use strict';

const { peek } = require('../../native.js');
const { warnOfClock } = require('../clock-warning.js');

/** @typedef {import('../..').AccessToken} AccessToken */
/** @typedef {import('../../native').GrantedToken} GrantedToken */

/**
 * What came of asking for a token; with it, the refresh token that this caller was asked to keep.
 *
 * @typedef {(
 *   | { outcome: 'granted', token: GrantedToken, refreshToken?: string }
 *   | { outcome: 'refused', refusal: import('../../native').Refusal }
 * )} Asked
 */

/**
 * What an entry asks for tokens.
 *
 * @typedef {object} Login
 * @property {(budget: number) => Promise<Asked>} token
 * @property {() => GrantedToken | null} kept
 * @property {(ticket: number) => void} renew
 * @property {(accessToken: string) => void} invalidate
 * @property {(accessToken: string) => number} reject
 * @property {() => void} markUsed
 */

/**
 * One configured login: its native side, the token that was handed out last, its Connection.
 * Whether the token may still be used is asked of the native side, at every call.
 *
 * @template {Login} [L=Login]
 */
class Entry {
  /**
   * @param {unknown} key under which it is looked for
   * @param {{ instanceUrl?: string, loginUrl?: string, version?: string }} config
   * @param {L} login
   */
  constructor(key, { instanceUrl, loginUrl, version }, login) {
    this.key = key;
    this.instanceUrl = instanceUrl;
    this.loginUrl = loginUrl;
    this.version = version;
    this.login = login;
    /** The number of the token below; 0 is never alive. */
    this.ticket = 0;
    /** @type {AccessToken | null} */
    this.token = null;
    /** Kept, so that a warm call makes no promise. @type {Promise<AccessToken> | null} */
    this.tokenPromise = null;
    /** @type {any} */
    this.connection = null;
    /** Kept, so that a warm call makes no promise. @type {Promise<any> | null} */
    this.connectionPromise = null;
    /** When the Connection was made, in milliseconds since the epoch. */
    this.connectedAt = 0;
  }

  /** Whether the Connection still carries the token that this entry gave it. */
  isConnected() {
    return this.connection !== null && this.connection.accessToken === this.token?.accessToken;
  }

  /** Whether somebody called the Connection's `logout()`, which revokes the token. */
  isLoggedOut() {
    return this.connection !== null && this.connection.accessToken === null;
  }

  /**
   * Takes over a token and sets it on the Connection. An answer that was overtaken by a newer one,
   * which is alive while its own token is not, changes nothing.
   *
   * @param {GrantedToken} granted
   * @returns {AccessToken} the token to use
   */
  adopt(granted) {
    const { ticket, accessToken, instanceUrl, identityUrl, scope, expiresAt } = granted;
    if (this.token !== null) {
      if (ticket === this.ticket && ticket !== 0) return this.token;
      // The old one first: a look at a token that is alive counts as a use of it.
      if (peek(this.ticket) !== 0 && peek(ticket) === 0) return this.token;
    }
    if (granted.clockSkew !== 0) warnOfClock(granted.clockSkew);
    const connected = this.isConnected();
    this.ticket = ticket;
    this.token = Object.freeze({ accessToken, instanceUrl, expiresAt, identityUrl, scope });
    this.tokenPromise = Promise.resolve(this.token);
    if (connected) {
      this.connection.accessToken = accessToken;
      this.connection.instanceUrl = instanceUrl;
    }
    return this.token;
  }

  /**
   * What is to be done to each new Connection of this kind.
   *
   * @param {any} _connection
   */
  prepare(_connection) {}

  /** @param {any} connection */
  connect(connection) {
    this.connection = connection;
    this.connectionPromise = Promise.resolve(connection);
    this.connectedAt = Date.now();
  }

  disconnect() {
    this.connection = null;
    this.connectionPromise = null;
  }
}

exports.Entry = Entry;
