'use strict';

const native = require('../../native.js');
const { readCallOptions } = require('../call-options.js');
const { readConfig } = require('./config.js');
const { Entries } = require('../tokens/entries.js');
const { readJwtEnvironment } = require('../environment.js');
const { JwtEntry } = require('./entry.js');
const { openSource, sharedSource } = require('../manager-options.js');
const { TokenAccess } = require('../tokens/live-tokens.js');

/** @typedef {import('../..').JWTConfig} JWTConfig */
/** @typedef {import('../..').CallOptions} CallOptions */
/** @typedef {import('../..').TokenCallOptions} TokenCallOptions */
/** @typedef {import('../..').AccessToken} AccessToken */

const SHARED = {};

/** @type {JWTConnectionManager | undefined} */
let instance;

class JWTConnectionManager {
  #source;
  #entries;
  #access;
  /** @type {JWTConfig | undefined} */
  #environment;

  static getInstance() {
    instance ??= new JWTConnectionManager(SHARED);
    return instance;
  }

  /** @param {import('../..').ManagerOptions<any>} [options] */
  constructor(options = {}) {
    const opened =
      options === SHARED ? sharedSource(native.TokenSource.shared()) : openSource(options);
    this.#source = opened.source;
    /** @type {Entries<JwtEntry, JWTConfig>} */
    this.#entries = new Entries(opened.capacity);
    this.#access = new TokenAccess(this.#entries, opened.Connection);
  }

  /**
   * @param {JWTConfig} [config]
   * @param {CallOptions} [options]
   * @returns {Promise<any>}
   */
  getConnection(config, options) {
    try {
      const entry = this.#entry(config);
      if (options === undefined && entry.isConnected() && this.#access.isAlive(entry)) {
        return /** @type {Promise<any>} */ (entry.connectionPromise);
      }
      return this.#access.connect(entry, readCallOptions(options));
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
      const known = entry.tokenPromise !== null && !entry.isLoggedOut();
      if (options === undefined && known && this.#access.isAlive(entry)) {
        // Read now: the look may have adopted a newer token.
        return /** @type {Promise<AccessToken>} */ (entry.tokenPromise);
      }
      return this.#access.token(entry, readCallOptions(options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @param {JWTConfig} [config] */
  prewarm(config) {
    try {
      this.#entry(config).login.prewarm();
    } catch {
      // The same error meets the next call, where somebody looks.
    }
  }

  getCacheStats() {
    return this.#source.stats();
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
   * The entry of a config: found by its fields, or checked and made.
   *
   * @param {JWTConfig} [config]
   */
  #entry(config) {
    if (config === undefined) {
      this.#environment ??= readJwtEnvironment(process.env);
      config = this.#environment;
    }
    if (typeof config !== 'object' || config === null) return this.#open(config);
    return this.#entries.find(config.username, config) ?? this.#open(config);
  }

  /** @param {JWTConfig} given */
  #open(given) {
    const entry = new JwtEntry(this.#source, readConfig(given));
    this.#entries.add(entry);
    return entry;
  }
}

exports.JWTConnectionManager = JWTConnectionManager;
