'use strict';

// One Connection by refresh token, with its login and the config that it was made for.

const { ConnectionEntry } = require('../connection/entry.js');
const { sameApp, sameOptions } = require('./config.js');
const { RefreshTokenKeeper } = require('./keeper.js');
const { RefreshTokenLogin } = require('./login.js');
const { refuseRevocation } = require('./refuse-revocation.js');

/** @typedef {import('./config').Checked} Checked */
/** @typedef {import('./config').Wanted} Wanted */

/**
 * A login by refresh token and its Connection. All fields of the config name the entry. Of the
 * entries with one cache key, one has the place: see `cache-keys.js`.
 *
 * @extends {ConnectionEntry<RefreshTokenLogin>}
 */
class RefreshTokenEntry extends ConnectionEntry {
  /** Calls that wait for the first token. */
  waiting = 0;
  #keeper;
  #config;

  /**
   * @param {import('../../native').TokenSource} source
   * @param {Checked} config
   * @param {import('node:events').EventEmitter} events emits each new refresh token
   */
  constructor(source, config, events) {
    const keeper = new RefreshTokenKeeper(events, config);
    super(keyOf(config), config, new RefreshTokenLogin(source, config, keeper));
    this.#keeper = keeper;
    this.#config = config;
  }

  /**
   * Whether this entry fits the call: cache key, app, refresh token (or the same function object),
   * options.
   *
   * @param {Wanted} wanted
   */
  sameKey(wanted) {
    return (
      this.#config.cacheKey === wanted.cacheKey &&
      this.sameToken(wanted) &&
      sameOptions(this.#config, wanted)
    );
  }

  /**
   * Whether both entries have the same explicit cache key.
   *
   * @param {RefreshTokenEntry} other
   */
  sharesKey(other) {
    const { cacheKey } = this.#config;
    return cacheKey !== undefined && cacheKey === other.#config.cacheKey;
  }

  /**
   * Whether the call names the same app and the same refresh token, or the same function object.
   * Another function may read the refresh token of another user.
   *
   * @param {Wanted} wanted
   */
  sameToken(wanted) {
    return this.#config.refreshToken === wanted.refreshToken && this.sameApp(wanted);
  }

  /** @param {Wanted} wanted */
  sameApp(wanted) {
    return sameApp(this.#config, wanted);
  }

  /** @param {RefreshTokenEntry} other */
  sameAppAs(other) {
    return sameApp(this.#config, other.#config);
  }

  /**
   * Whether this entry has had a token. An entry without a token does not bind its cache key, so
   * that a mistake in the app's credentials can be corrected.
   */
  isBound() {
    return this.tokenPromise !== null;
  }

  /** Whether a call waits for the first token of this entry. */
  isAwaited() {
    return !this.isBound() && this.waiting > 0;
  }

  /**
   * Whether the callback and the timeout of the call are already set. A call without a callback
   * changes nothing.
   *
   * @param {Wanted} wanted
   */
  sameCallback({ onRefreshToken, keepTimeout }) {
    return this.#keeper.sameCallback(onRefreshToken, keepTimeout);
  }

  /**
   * Sets the callback of the newest call: many users write a new function object into each call.
   *
   * @param {Checked} config
   */
  setCallback(config) {
    // The old config would hold on to the old callback and to what that has captured.
    this.#config = config;
    this.#keeper.setCallback(config);
  }

  /** @param {any} connection */
  prepare(connection) {
    refuseRevocation(connection);
  }
}

/**
 * The value under which the entry of a call is looked up.
 *
 * @param {Wanted} wanted
 */
function keyOf({ cacheKey, refreshToken }) {
  return cacheKey ?? refreshToken;
}

exports.RefreshTokenEntry = RefreshTokenEntry;
exports.keyOf = keyOf;
