'use strict';

// The refresh-token room: Connections of logins by a refresh token (RFC 6749 §6).
//
// This file: the manager class of the public API.

const { EventEmitter } = require('node:events');

const native = require('../../native.js');
const { throwIfAborted } = require('../abort.js');
const { readCallOptions } = require('../call-options.js');
const { checkSeconds, invalid, own } = require('../checks.js');
const { Connections } = require('../connection/connections.js');
const { ConnectionEntries } = require('../connection/entries.js');
const { readOAuth2Environment } = require('../environment.js');
const { SHARED, sourceFor } = require('../manager-options.js');
const { connectFirst, entryFor } = require('./cache-keys.js');
const { checkFields, checkLogin, pick } = require('./config.js');
const { RefreshTokenEntry, keyOf } = require('./entry.js');

/** @typedef {import('../..').CallOptions} CallOptions */
/** @typedef {import('../..').OAuth2Config} OAuth2Config */
/** @typedef {import('../..').RefreshTokenSource} RefreshTokenSource */
/** @typedef {import('./config').Checked} Checked */
/** @typedef {import('./config').Wanted} Wanted */

/** Seconds. */
const CONNECTION_TTL = 1_800;

/** @type {SalesforceConnectionManager | undefined} */
let instance;

class SalesforceConnectionManager extends EventEmitter {
  #source;
  #entries;
  #connections;
  #connectionTtl;
  /** @type {OAuth2Config | undefined} */
  #environment;
  /** Functions whose refresh tokens were forgotten, and that were not passed again. */
  #forgotten = new WeakSet();

  static getInstance() {
    instance ??= new SalesforceConnectionManager(SHARED);
    return instance;
  }

  /** @param {import('../..').RefreshTokenManagerOptions<any>} [options] */
  constructor(options = {}) {
    super();
    const shared = () => native.TokenSource.sharedForRefreshTokens();
    const opened = sourceFor(options, shared, ['connectionTtl']);
    const { source, capacity } = opened;
    const connectionTtl = own(options, 'connectionTtl', CONNECTION_TTL);
    checkSeconds({ connectionTtl }, 'connectionTtl', '');
    this.#connectionTtl = connectionTtl * 1000;
    this.#source = source;
    /** @type {ConnectionEntries<RefreshTokenEntry, Wanted>} */
    this.#entries = new ConnectionEntries(capacity);
    /** @type {Connections<RefreshTokenEntry>} */
    this.#connections = new Connections(this.#entries, opened);
  }

  /**
   * @param {OAuth2Config} [config]
   * @param {RefreshTokenSource} [refreshToken]
   * @param {string} [cacheKey]
   * @param {CallOptions} [options]
   * @returns {Promise<any>}
   */
  getConnection(config, refreshToken, cacheKey, options) {
    try {
      const wanted = this.#wanted(config, refreshToken, cacheKey);
      const found = this.#entries.find(keyOf(wanted), wanted);
      if (found !== undefined) {
        if (!found.sameCallback(wanted)) found.setCallback(checkLogin(wanted));
        if (options === undefined && this.#isWarm(found)) {
          return /** @type {Promise<any>} */ (found.connectionPromise);
        }
      }
      const open = () => {
        checkFields(config);
        return this.#open(checkLogin(wanted));
      };
      return this.#connect(found, wanted, readCallOptions(options), open);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  getCacheStats() {
    let [total, expired] = [0, 0];
    for (const entry of this.#entries) {
      if (entry.connection !== null) total += 1;
      if (this.#isOld(entry)) expired += 1;
    }
    return { ...this.#source.stats(), total, valid: total - expired, expired };
  }

  clearExpiredConnections() {
    let count = 0;
    for (const entry of this.#entries) {
      if (!this.#isOld(entry)) continue;
      entry.disconnect();
      count += 1;
    }
    return count;
  }

  clearAllConnections() {
    const { total } = this.getCacheStats();
    this.#environment = undefined;
    this.#entries.clear();
    this.#source.clear();
    return total;
  }

  /**
   * @param {OAuth2Config} [config]
   * @param {RefreshTokenSource} [refreshToken]
   */
  forgetRefreshToken(config, refreshToken) {
    const wanted = checkLogin(this.#wanted(config, refreshToken, undefined));
    checkFields(config);
    const results = this.#loginsOf(wanted).map((login) => login.forget());
    if (typeof wanted.refreshToken === 'function') this.#forgotten.add(wanted.refreshToken);
    for (const entry of [...this.#entries]) {
      if (entry.login.isForgotten()) this.#entries.remove(entry);
    }
    return results.includes(true);
  }

  /**
   * The logins by this refresh token. Two entries of one function may have read different tokens.
   *
   * @param {Checked} wanted
   */
  #loginsOf(wanted) {
    const logins = [];
    let isForgotten = false;
    for (const entry of this.#entries) {
      const { login } = entry;
      if (!entry.sameToken(wanted)) continue;
      if (login.isForgotten()) isForgotten = true;
      else if (login.isRead()) logins.push(login);
    }
    if (logins.length > 0) return logins;
    const { refreshToken } = wanted;
    if (typeof refreshToken !== 'function') return [this.#open(wanted).login];
    if (isForgotten || this.#forgotten.has(refreshToken)) return [];
    throw neverRead();
  }

  /** @param {RefreshTokenEntry} entry */
  #isOld({ connection, connectedAt }) {
    return connection !== null && Date.now() - connectedAt >= this.#connectionTtl;
  }

  /**
   * @param {OAuth2Config | undefined} config
   * @param {RefreshTokenSource | undefined} refreshToken
   * @param {string | undefined} cacheKey
   */
  #wanted(config, refreshToken, cacheKey) {
    const given = config === undefined ? this.#fromEnvironment(refreshToken) : config;
    return pick(given, refreshToken, cacheKey);
  }

  /** @param {RefreshTokenSource | undefined} refreshToken */
  #fromEnvironment(refreshToken) {
    if (this.#environment !== undefined) return this.#environment;
    const read = readOAuth2Environment(process.env, refreshToken === undefined);
    if (read.refreshToken !== undefined) this.#environment = read;
    return read;
  }

  /**
   * Whether the entry's Connection may be handed out as it is.
   *
   * @param {RefreshTokenEntry} entry
   */
  #isWarm(entry) {
    return (
      entry.isConnected() &&
      !this.#isOld(entry) &&
      !entry.login.gainedCallback() &&
      this.#connections.isAlive(entry)
    );
  }

  /**
   * @param {RefreshTokenEntry | undefined} found
   * @param {Wanted} wanted
   * @param {ReturnType<typeof readCallOptions>} call
   * @param {() => RefreshTokenEntry} open makes the entry of the call
   */
  #connect(found, wanted, call, open) {
    // An aborted call must not drop a Connection.
    throwIfAborted(call.signal);
    const entry = entryFor(this.#entries, found, wanted, open);
    if (this.#isOld(entry)) entry.disconnect();
    // A postponed refresh token must be stored first; asking for a token offers it to the callback.
    if (entry.login.gainedCallback()) entry.token = null;
    const connect = () => this.#connections.connect(entry, call);
    return entry.isBound() ? connect() : connectFirst(this.#entries, entry, connect);
  }

  /** @param {Checked} config */
  #open(config) {
    const { refreshToken } = config;
    if (typeof refreshToken === 'function') this.#forgotten.delete(refreshToken);
    return new RefreshTokenEntry(this.#source, config, this);
  }
}

function neverRead() {
  return invalid(
    'refreshToken',
    'No Connection of this manager has read a refresh token from this function for this app: pass the refresh token itself.',
  );
}

exports.SalesforceConnectionManager = SalesforceConnectionManager;
