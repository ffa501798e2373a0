'use strict';

const { Entry } = require('./entry.js');
const { RefreshTokenKeeper } = require('./refresh-token-keeper.js');
const { RefreshTokenLogin } = require('./refresh-token-login.js');

/** @typedef {import('./oauth2-config').Checked} Checked */
/** @typedef {import('./oauth2-config').Wanted} Wanted */

/**
 * A login by a refresh token, and one Connection of it: that of an explicit cache key, or of all the
 * fields of a config.
 *
 * @extends {Entry<RefreshTokenLogin>}
 */
class RefreshTokenEntry extends Entry {
  #keeper;

  /**
   * @param {import('../native').TokenSource} source
   * @param {Checked} config
   * @param {import('node:events').EventEmitter} events where new refresh tokens are told
   */
  constructor(source, config, events) {
    const keeper = new RefreshTokenKeeper(events, config);
    super(keyOf(config), config, new RefreshTokenLogin(source, config, keeper));
    this.#keeper = keeper;
    this.cacheKey = config.cacheKey;
    this.clientId = config.clientId;
    this.clientSecret = config.clientSecret;
    this.privateKey = config.privateKey;
    this.clientAuthentication = config.clientAuthentication;
    this.refreshToken = config.refreshToken;
    this.rotation = config.rotation;
    this.tokenTtl = config.tokenTtl;
    this.tokenBuffer = config.tokenBuffer;
  }

  /**
   * Whether this is the place of what is wanted: an explicit cache key names it.
   *
   * @param {Wanted} wanted
   */
  matches(wanted) {
    if (this.cacheKey !== wanted.cacheKey) return false;
    return this.cacheKey !== undefined || this.isFor(wanted);
  }

  /**
   * Whether what is wanted is this, with the same refresh token or another function for it.
   *
   * @param {Wanted} wanted
   */
  isFor(wanted) {
    return this.hasToken(wanted) && this.hasUse(wanted) && this.hasApp(wanted);
  }

  /** @param {Wanted} wanted */
  hasToken({ refreshToken }) {
    if (this.refreshToken === refreshToken) return true;
    return this.cacheKey !== undefined && isFunction(refreshToken) && isFunction(this.refreshToken);
  }

  /**
   * Whether both ask the same app with the same refresh token, or with the same function for it.
   *
   * @param {Wanted} wanted
   */
  hasGrant(wanted) {
    return this.refreshToken === wanted.refreshToken && this.hasApp(wanted);
  }

  /** @param {Wanted} wanted */
  hasUse({ instanceUrl, rotation, tokenTtl, tokenBuffer, version }) {
    return (
      this.instanceUrl === instanceUrl &&
      this.rotation === rotation &&
      this.tokenTtl === tokenTtl &&
      this.tokenBuffer === tokenBuffer &&
      this.version === version
    );
  }

  /** @param {Wanted} wanted */
  hasApp({ clientId, clientSecret, privateKey, clientAuthentication, loginUrl }) {
    return (
      this.clientId === clientId &&
      this.clientSecret === clientSecret &&
      this.privateKey === privateKey &&
      this.clientAuthentication === clientAuthentication &&
      this.loginUrl === loginUrl
    );
  }

  /**
   * Whether the functions of this are those that are wanted. A call without `onRefreshToken` leaves
   * the keeping to whoever has one.
   *
   * @param {Wanted} wanted
   */
  hasFunctions({ refreshToken, onRefreshToken, keepTimeout }) {
    return this.refreshToken === refreshToken && this.#keeper.isBy(onRefreshToken, keepTimeout);
  }

  /**
   * Those of the newest call count: people write them into the call.
   *
   * @param {Checked} config
   */
  takeFunctions({ refreshToken, onRefreshToken, keepTimeout }) {
    this.refreshToken = refreshToken;
    if (typeof refreshToken === 'function') this.login.readBy(refreshToken);
    if (onRefreshToken !== undefined) this.#keeper.keepBy(onRefreshToken, keepTimeout);
  }

  /**
   * Whether the other one, of the same cache key, has the same credential.
   *
   * @param {RefreshTokenEntry} other
   */
  isBoundTo(other) {
    // The lineage of a refresh token is that of its app.
    return this.login.isSame(other.login) || (this.hasToken(other) && this.hasApp(other));
  }
}

/**
 * What an entry is looked for by.
 *
 * @param {Wanted} wanted
 */
function keyOf({ cacheKey, refreshToken }) {
  return cacheKey ?? refreshToken;
}

/** @param {unknown} value */
function isFunction(value) {
  return typeof value === 'function';
}

exports.RefreshTokenEntry = RefreshTokenEntry;
exports.keyOf = keyOf;
