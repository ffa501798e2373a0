'use strict';

const { EventEmitter } = require('node:events');

const native = require('../native.js');
const { readCallOptions } = require('./call-options.js');
const { checkSeconds, invalid } = require('./checks.js');
const { Entries } = require('./entries.js');
const { readOAuth2Environment } = require('./environment.js');
const { openSource, sharedSource } = require('./manager-options.js');
const { checkLogin, pick } = require('./oauth2-config.js');
const { RefreshTokenEntry, keyOf } = require('./refresh-token-entry.js');
const { TokenAccess } = require('./token-access.js');

/** @typedef {import('..').CallOptions} CallOptions */
/** @typedef {import('..').OAuth2Config} OAuth2Config */
/** @typedef {import('..').RefreshTokenSource} RefreshTokenSource */
/** @typedef {import('./oauth2-config').Wanted} Wanted */

const SHARED = {};
/** Seconds. */
const CONNECTION_TTL = 1_800;

/** @type {SalesforceConnectionManager | undefined} */
let instance;

class SalesforceConnectionManager extends EventEmitter {
  #source;
  #entries;
  #access;
  #connectionTtl;
  /** @type {OAuth2Config | undefined} */
  #environment;

  static getInstance() {
    instance ??= new SalesforceConnectionManager(SHARED);
    return instance;
  }

  /** @param {import('..').RefreshTokenManagerOptions<any>} [options] */
  constructor(options = {}) {
    super();
    const opened =
      options === SHARED
        ? sharedSource(native.TokenSource.sharedForRefreshTokens())
        : openSource(options);
    const { connectionTtl = CONNECTION_TTL } = options;
    checkSeconds({ connectionTtl }, 'connectionTtl', '');
    this.#connectionTtl = connectionTtl * 1000;
    this.#source = opened.source;
    /** @type {Entries<RefreshTokenEntry, Wanted>} */
    this.#entries = new Entries(opened.capacity);
    this.#access = new TokenAccess(this.#entries, opened.Connection);
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
      const entry = this.#entry(this.#wanted(config, refreshToken, cacheKey));
      if (this.#isOld(entry)) entry.disconnect();
      if (options === undefined && entry.isConnected() && this.#access.isAlive(entry)) {
        return /** @type {Promise<any>} */ (entry.connectionPromise);
      }
      return this.#access.connect(entry, readCallOptions(options));
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
    const known = [...this.#entries].find((entry) => entry.hasGrant(wanted));
    const { login } = known ?? new RefreshTokenEntry(this.#source, wanted, this);
    for (const entry of [...this.#entries]) {
      if (entry.login.isSame(login)) this.#entries.remove(entry);
    }
    return login.forget();
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
   * The entry of what is wanted: found by its fields, or checked and made.
   *
   * @param {Wanted} wanted
   */
  #entry(wanted) {
    const found = this.#entries.find(keyOf(wanted), wanted);
    if (found === undefined)
      return this.#add(new RefreshTokenEntry(this.#source, checkLogin(wanted), this));
    if (found.isFor(wanted)) {
      if (!found.hasFunctions(wanted)) found.takeFunctions(checkLogin(wanted));
      return found;
    }
    return this.#rebind(found, wanted);
  }

  /**
   * An explicit cache key with something new behind it: a refresh token that took the place of the
   * other, or another use of the same one.
   *
   * @param {RefreshTokenEntry} found
   * @param {Wanted} wanted
   */
  #rebind(found, wanted) {
    const config = checkLogin(wanted);
    const entry = new RefreshTokenEntry(this.#source, config, this);
    if (!found.isBoundTo(entry)) {
      throw invalid(
        'cacheKey',
        'This cacheKey is that of another app or refresh token: use one key for each, or forgetRefreshToken() first.',
      );
    }
    if (found.hasUse(wanted) && found.hasApp(wanted)) {
      found.takeFunctions(config);
      return found;
    }
    this.#entries.remove(found);
    return this.#add(entry);
  }

  /** @param {RefreshTokenEntry} entry */
  #add(entry) {
    this.#entries.add(entry);
    return entry;
  }
}

exports.SalesforceConnectionManager = SalesforceConnectionManager;
