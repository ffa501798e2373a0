'use strict';

const { peek } = require('../native.js');
const { warnOfClock } = require('./clock-warning.js');

/** @typedef {import('..').JWTConfig} JWTConfig */
/** @typedef {import('..').AccessToken} AccessToken */
/** @typedef {import('../native').GrantedToken} GrantedToken */

/**
 * One configured login: its native side, the token that was handed out last, its Connection.
 * Whether the token may still be used is asked of the native side, at every call.
 */
class Entry {
  /**
   * @param {JWTConfig} config
   * @param {import('../native').Login} login
   */
  constructor(config, login) {
    this.clientId = config.clientId;
    this.privateKey = config.privateKey;
    this.username = config.username;
    this.instanceUrl = config.instanceUrl;
    this.loginUrl = config.loginUrl;
    this.audience = config.audience;
    this.tokenTtl = config.tokenTtl;
    this.tokenBuffer = config.tokenBuffer;
    this.version = config.version;
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
  }

  /**
   * Whether `config` means this login. People change configs in place, so every field is compared.
   *
   * @param {JWTConfig} config
   */
  matches(config) {
    return (
      this.privateKey === config.privateKey &&
      this.clientId === config.clientId &&
      this.username === config.username &&
      this.instanceUrl === config.instanceUrl &&
      this.loginUrl === config.loginUrl &&
      this.audience === config.audience &&
      this.tokenTtl === config.tokenTtl &&
      this.tokenBuffer === config.tokenBuffer &&
      this.version === config.version
    );
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

  /** @param {any} connection */
  connect(connection) {
    this.connection = connection;
    this.connectionPromise = Promise.resolve(connection);
  }

  disconnect() {
    this.connection = null;
    this.connectionPromise = null;
  }
}

exports.Entry = Entry;
