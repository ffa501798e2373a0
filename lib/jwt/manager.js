'use strict';

// The JWT room: Connections and tokens of logins by the JWT bearer flow (RFC 7523).
//
// This file: the manager class of the public API.

const native = require('../../native.js');
const { readCallOptions } = require('../call-options.js');
const { Connections } = require('../connection/connections.js');
const { ConnectionEntries } = require('../connection/entries.js');
const { SHARED, sourceFor } = require('../manager-options.js');
const { readConfig } = require('./config.js');
const { JwtEntry } = require('./entry.js');

/** @typedef {import('../..').JWTConfig} JWTConfig */
/** @typedef {import('../..').CallOptions} CallOptions */
/** @typedef {import('../..').TokenCallOptions} TokenCallOptions */
/** @typedef {import('../..').AccessToken} AccessToken */

/** @type {JWTConnectionManager | undefined} */
let instance;

class JWTConnectionManager {
  #source;
  #entries;
  #connections;
  /** The config read from the environment. @type {JWTConfig | undefined} */
  #environment;

  static getInstance() {
    instance ??= new JWTConnectionManager(SHARED);
    return instance;
  }

  /** @param {import('../..').ManagerOptions<any>} [options] */
  constructor(options = {}) {
    const opened = sourceFor(options, () => native.TokenSource.shared());
    const { source, capacity } = opened;
    this.#source = source;
    /** @type {ConnectionEntries<JwtEntry, JWTConfig>} */
    this.#entries = new ConnectionEntries(capacity);
    /** @type {Connections<JwtEntry>} */
    this.#connections = new Connections(this.#entries, opened);
  }

  /**
   * @param {JWTConfig} [config]
   * @param {CallOptions} [options]
   * @returns {Promise<any>}
   */
  getConnection(config, options) {
    try {
      const entry = this.#entry(config);
      if (options === undefined && entry.isConnected() && this.#connections.isAlive(entry)) {
        return /** @type {Promise<any>} */ (entry.connectionPromise);
      }
      return this.#connections.connect(entry, readCallOptions(options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * @param {JWTConfig} [config]
   * @param {TokenCallOptions} [options]
   * @returns {Promise<AccessToken>}
   */
  getAccessToken(config, options) {
    try {
      const entry = this.#entry(config);
      const hasToken = entry.tokenPromise !== null && !entry.isLoggedOut();
      if (options === undefined && hasToken && this.#connections.isAlive(entry)) {
        // `isAlive` may have adopted a newer token, so the promise is read after it.
        return /** @type {Promise<AccessToken>} */ (entry.tokenPromise);
      }
      return this.#connections.token(entry, readCallOptions(options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @param {JWTConfig} [config] */
  prewarm(config) {
    try {
      this.#entry(config).login.prewarm();
    } catch {
      // The next call fails with the same error, and its caller sees the error.
    }
  }

  /** @returns {import('../..').CacheStats} */
  getCacheStats() {
    return /** @type {any} */ (this.#source.stats());
  }

  clearExpiredTokens() {
    return this.#source.clearExpired();
  }

  clearAllTokens() {
    this.#environment = undefined;
    this.#entries.clear();
    return this.#source.clear();
  }

  /**
   * The entry of a config. A new config is checked and gets a new entry.
   *
   * @param {JWTConfig} [config]
   */
  #entry(config) {
    if (config === undefined) {
      this.#environment ??= require('../environment.js').readJwtEnvironment(process.env);
      config = this.#environment;
    }
    if (typeof config !== 'object' || config === null) return this.#add(config);
    return this.#entries.find(config.username, config) ?? this.#add(config);
  }

  /**
   * The entry of a config that was not found as it was given: a new one, unless the config differs
   * only in what it has from `Object.prototype`.
   *
   * @param {JWTConfig} given
   */
  #add(given) {
    const config = readConfig(given);
    const found = this.#entries.find(config.username, config);
    if (found !== undefined) return found;
    const entry = new JwtEntry(this.#source, config);
    this.#entries.add(entry);
    return entry;
  }
}

exports.JWTConnectionManager = JWTConnectionManager;
