'use strict';

const { EventEmitter } = require('node:events');

const native = require('../../native.js');
const { throwIfAborted, untilAborted } = require('../abort.js');
const { readCallOptions } = require('../call-options.js');
const { checkSeconds, invalid } = require('../checks.js');
const { Connections } = require('../connection/connections.js');
const { ConnectionEntries } = require('../connection/entries.js');
const { readOAuth2Environment } = require('../environment.js');
const { KnownFunctions } = require('./known-functions.js');
const { SHARED, sourceFor } = require('../manager-options.js');
const { checkLogin, pick } = require('./config.js');
const { RefreshTokenEntry, keyOf } = require('./entry.js');
const { countdown } = require('../time-limit.js');

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
  #functions = new KnownFunctions();
  #connectionTtl;
  /** @type {OAuth2Config | undefined} */
  #environment;

  static getInstance() {
    instance ??= new SalesforceConnectionManager(SHARED);
    return instance;
  }

  /** @param {import('../..').RefreshTokenManagerOptions<any>} [options] */
  constructor(options = {}) {
    super();
    const shared = () => native.TokenSource.sharedForRefreshTokens();
    const { source, capacity, Connection } = sourceFor(options, shared);
    const { connectionTtl = CONNECTION_TTL } = options;
    checkSeconds({ connectionTtl }, 'connectionTtl', '');
    this.#connectionTtl = connectionTtl * 1000;
    this.#source = source;
    /** @type {ConnectionEntries<RefreshTokenEntry, Wanted>} */
    this.#entries = new ConnectionEntries(capacity);
    /** @type {Connections<RefreshTokenEntry>} */
    this.#connections = new Connections(this.#entries, Connection);
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
      if (found?.isFor(wanted)) {
        if (!found.isKeptBy(wanted)) found.keepBy(checkLogin(wanted));
        if (options === undefined && this.#isWarm(found)) {
          return /** @type {Promise<any>} */ (found.connectionPromise);
        }
      }
      return this.#connect(found, wanted, readCallOptions(options));
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
    const results = this.#loginsOf(wanted).map((login) => login.forget());
    for (const entry of [...this.#entries]) {
      if (entry.login.isForgotten()) this.#entries.remove(entry);
    }
    return results.includes(true);
  }

  /**
   * The logins by this refresh token. Two entries of one function may have read different ones.
   *
   * @param {Checked} wanted
   */
  #loginsOf(wanted) {
    const logins = this.#functions.find(wanted);
    for (const entry of this.#entries) {
      const { login } = entry;
      if (entry.hasGrant(wanted) && login.isRead() && !login.isForgotten()) logins.push(login);
    }
    if (logins.length > 0) return logins;
    if (typeof wanted.refreshToken === 'function') throw neverRead();
    return [this.#begin(wanted).login];
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
      !entry.login.isNewKeeper() &&
      this.#connections.isAlive(entry)
    );
  }

  /**
   * @param {RefreshTokenEntry | undefined} found
   * @param {Wanted} wanted
   * @param {ReturnType<typeof readCallOptions>} call
   */
  async #connect(found, wanted, call) {
    const { signal } = call;
    const left = countdown(call.budget);
    let entry = this.#unlessForgotten(found);
    if (entry === undefined) entry = this.#add(this.#begin(checkLogin(wanted)));
    else if (!entry.isFor(wanted)) {
      throwIfAborted(signal);
      entry = await untilAborted(this.#rebind(entry, checkLogin(wanted), left), signal);
    }
    if (this.#isOld(entry)) entry.disconnect();
    // It may have to keep a refresh token before it gets the access token.
    if (entry.login.isNewKeeper()) entry.token = null;
    return this.#connections.connect(entry, { ...call, budget: left() });
  }

  /**
   * An explicit cache key with something new behind it: another refresh token or function for it, or
   * another use of the same one. Nothing is handed out before it is certain that it is the same user.
   *
   * @param {RefreshTokenEntry} found
   * @param {Checked} config
   * @param {() => number} left milliseconds
   * @returns {Promise<RefreshTokenEntry>}
   */
  async #rebind(found, config, left) {
    found.checkApp(config);
    const entry = this.#begin(config);
    await entry.login.read(left());
    // Its own call goes on, whosever it is: nothing is taken from under it.
    await found.login.settled(left());
    const isElsewhere = found.isBoundElsewhere(entry);
    const token = isElsewhere ? await found.tokenOfSameUser(entry, left) : undefined;
    const place = this.#unlessForgotten(this.#entries.find(found.key, config));
    if (place === undefined) return this.#add(entry);
    // What was bound meanwhile is looked at anew.
    if (place !== found || (!isElsewhere && found.isBoundElsewhere(entry))) {
      return this.#rebind(place, config, left);
    }
    if (found.canBe(config) && (isElsewhere || found.login.isSame(entry.login))) {
      found.takeOver(config, entry.login);
      if (token !== undefined) found.adopt(token);
      this.#functions.add(config, found.login);
      return found;
    }
    this.#entries.remove(found);
    entry.login.identityUrl ??= found.login.identityUrl;
    return this.#add(entry);
  }

  /**
   * A forgotten refresh token is begun anew by whoever passes it again.
   *
   * @param {RefreshTokenEntry | undefined} entry
   */
  #unlessForgotten(entry) {
    if (!entry?.login.isForgotten()) return entry;
    this.#entries.remove(entry);
    return undefined;
  }

  /** @param {Checked} config */
  #begin(config) {
    const entry = new RefreshTokenEntry(this.#source, config, this);
    this.#functions.add(config, entry.login);
    return entry;
  }

  /** @param {RefreshTokenEntry} entry */
  #add(entry) {
    this.#entries.add(entry);
    return entry;
  }
}

function neverRead() {
  return invalid(
    'refreshToken',
    'This manager knows of no refresh token that this function returned for this app: pass the refresh token itself.',
  );
}

exports.SalesforceConnectionManager = SalesforceConnectionManager;
