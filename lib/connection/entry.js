'use strict';

// The connection room: the Connection of a configured login, on a live token of the tokens room.
//
// This file: an entry with its Connection.

const { TokenEntry } = require('../tokens/entry.js');

/** @typedef {import('../tokens/entry').GrantedToken} GrantedToken */
/** @typedef {import('../tokens/entry').Login} Login */

/**
 * @template {Login} [L=Login]
 * @extends {TokenEntry<L>}
 */
class ConnectionEntry extends TokenEntry {
  /**
   * @param {unknown} key the field by which the entry is looked up
   * @param {{ instanceUrl?: string, loginUrl?: string, version?: string, connectionOptions?: object }} config
   * @param {L} login
   */
  constructor(key, { instanceUrl, loginUrl, version, connectionOptions }, login) {
    super(key, login);
    this.instanceUrl = instanceUrl;
    this.loginUrl = loginUrl;
    this.version = version;
    this.connectionOptions = connectionOptions;
    /** @type {any} */
    this.connection = null;
    /** Stored, so that a warm call makes no promise. @type {Promise<any> | null} */
    this.connectionPromise = null;
    /** The Connection's instance URL, as it was set here. @type {unknown} */
    this.connectedTo = undefined;
    /** When the Connection was made, in milliseconds since the epoch. */
    this.connectedAt = 0;
  }

  /** Whether the Connection still has the token and the instance URL that this entry set on it. */
  isConnected() {
    const { connection } = this;
    return (
      connection !== null &&
      connection.accessToken === this.token?.accessToken &&
      connection.instanceUrl === this.connectedTo
    );
  }

  /** Whether somebody called the Connection's `logout()`, which revokes the token. */
  isLoggedOut() {
    return this.connection !== null && this.connection.accessToken === null;
  }

  /**
   * Takes over a token as every entry does, and sets it on the Connection. A Connection whose token or
   * instance URL somebody else has set is left alone.
   *
   * @param {GrantedToken} granted
   */
  adopt(granted) {
    const before = this.token;
    const connected = this.isConnected();
    const token = super.adopt(granted);
    if (connected && token !== before) {
      this.connection.accessToken = token.accessToken;
      this.connection.instanceUrl = token.instanceUrl;
      this.connectedTo = this.connection.instanceUrl;
    }
    return token;
  }

  /**
   * Changes a new Connection before anybody gets it: for logins that need it.
   *
   * @param {any} _connection
   */
  prepare(_connection) {}

  /** @param {any} connection */
  connect(connection) {
    this.connection = connection;
    this.connectedTo = connection.instanceUrl;
    this.connectionPromise = Promise.resolve(connection);
    this.connectedAt = Date.now();
  }

  disconnect() {
    this.connection = null;
    this.connectionPromise = null;
  }
}

exports.ConnectionEntry = ConnectionEntry;
