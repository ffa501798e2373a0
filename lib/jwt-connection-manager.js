'use strict';

const native = require('../native.js');
const { readCallOptions, throwIfAborted, untilAborted } = require('./call-options.js');
const { readConfig } = require('./config.js');
const { loadConnectionClass, openConnection } = require('./connection.js');
const { Entries } = require('./entries.js');
const { Entry } = require('./entry.js');
const { readEnvironment } = require('./environment.js');
const { errorOf } = require('./errors.js');
const { openSource, sharedSource } = require('./manager-options.js');

/** @typedef {import('..').JWTConfig} JWTConfig */
/** @typedef {import('..').CallOptions} CallOptions */
/** @typedef {import('..').TokenCallOptions} TokenCallOptions */
/** @typedef {import('..').AccessToken} AccessToken */

const { peek } = native;
/** What `peek` says of a live token: its use is to be marked, its renewal to be set off. */
const UNMARKED = 2;
const DUE = 3;
const SHARED = {};

/** @type {JWTConnectionManager | undefined} */
let instance;

class JWTConnectionManager {
  #source;
  #entries;
  #Connection;
  /** @type {JWTConfig | undefined} */
  #environment;

  static getInstance() {
    instance ??= new JWTConnectionManager(SHARED);
    return instance;
  }

  /** @param {import('..').ManagerOptions<any>} [options] */
  constructor(options = {}) {
    const opened = options === SHARED ? sharedSource() : openSource(options);
    this.#source = opened.source;
    this.#entries = new Entries(opened.capacity);
    this.#Connection = opened.Connection;
  }

  /**
   * @param {JWTConfig} [config]
   * @param {CallOptions} [options]
   * @returns {Promise<any>}
   */
  getConnection(config, options) {
    try {
      const entry = this.#entry(config);
      if (options === undefined && entry.isConnected() && this.#isAlive(entry)) {
        return /** @type {Promise<any>} */ (entry.connectionPromise);
      }
      return this.#connect(entry, readCallOptions(options));
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
      if (options === undefined && known && this.#isAlive(entry)) {
        // Read now: the look may have adopted a newer token.
        return /** @type {Promise<AccessToken>} */ (entry.tokenPromise);
      }
      return this.#token(entry, readCallOptions(options));
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
      this.#environment ??= readEnvironment(process.env);
      config = this.#environment;
    }
    if (typeof config !== 'object' || config === null) return this.#open(config);
    return this.#entries.find(config) ?? this.#open(config);
  }

  /** @param {JWTConfig} given */
  #open(given) {
    const config = readConfig(given);
    const login = new native.Login(this.#source, config);
    if (login.refusal !== null) throw errorOf(login.refusal);
    const entry = new Entry(config, login);
    this.#entries.add(entry);
    return entry;
  }

  /**
   * Whether the entry has a token that may be used now. Asked at every call, so it is one native
   * call with a number, which also says what else is to be done once in a while.
   *
   * @param {Entry} entry
   */
  #isAlive(entry) {
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
   * @param {Entry} entry
   * @param {ReturnType<typeof readCallOptions>} call
   */
  async #connect(entry, call) {
    const asked = this.#token(entry, call);
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
   * @param {Entry} entry
   * @param {ReturnType<typeof readCallOptions>} call
   * @returns {Promise<AccessToken>}
   */
  async #token(entry, { budget, signal }) {
    throwIfAborted(signal);
    if (entry.token !== null && entry.isLoggedOut()) {
      entry.login.invalidate(entry.token.accessToken);
      entry.disconnect();
    }
    if (entry.token !== null && this.#isAlive(entry)) return entry.token;
    const outcome = await untilAborted(entry.login.token(budget), signal);
    if (outcome.outcome === 'refused') throw errorOf(outcome.refusal);
    return entry.adopt(outcome.token);
  }
}

exports.JWTConnectionManager = JWTConnectionManager;
