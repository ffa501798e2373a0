'use strict';

const { invalid } = require('../checks.js');
const { ConnectionEntry } = require('../connection/entry.js');
const { errorOf } = require('../errors.js');
const { isSameApp } = require('./config.js');
const { RefreshTokenKeeper } = require('./keeper.js');
const { RefreshTokenLogin } = require('./login.js');
const { refuseRevocation } = require('./refuse-revocation.js');

/** @typedef {import('./config').Checked} Checked */
/** @typedef {import('./config').Wanted} Wanted */

/**
 * A login by a refresh token, and one Connection of it: that of an explicit cache key, or of all the
 * fields of a config.
 *
 * @extends {ConnectionEntry<RefreshTokenLogin>}
 */
class RefreshTokenEntry extends ConnectionEntry {
  #keeper;

  /**
   * @param {import('../../native').TokenSource} source
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
  sameKey(wanted) {
    if (this.cacheKey !== wanted.cacheKey) return false;
    return this.cacheKey !== undefined || this.isFor(wanted);
  }

  /**
   * Whether what is wanted is this. Another function may read another user's refresh token.
   *
   * @param {Wanted} wanted
   */
  isFor(wanted) {
    return this.hasGrant(wanted) && this.hasUse(wanted);
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
  hasApp(wanted) {
    return isSameApp(this, wanted);
  }

  /**
   * Throws if the app cannot be the same, however it is spelled.
   *
   * @param {Checked} config
   */
  checkApp({ clientId, clientSecret }) {
    const isSame =
      this.clientId.trim() === clientId.trim() &&
      this.clientSecret?.trim() === clientSecret?.trim();
    if (!isSame) throw bound();
  }

  /**
   * Whether new refresh tokens are kept as is wanted. A call without `onRefreshToken` leaves the
   * keeping to whoever has one.
   *
   * @param {Wanted} wanted
   */
  isKeptBy({ onRefreshToken, keepTimeout }) {
    return this.#keeper.isBy(onRefreshToken, keepTimeout);
  }

  /**
   * The `onRefreshToken` of the newest call counts: people write it into the call.
   *
   * @param {Checked} config
   */
  keepBy({ onRefreshToken, keepTimeout }) {
    if (onRefreshToken !== undefined) this.#keeper.keepBy(onRefreshToken, keepTimeout);
  }

  /**
   * Whether another entry for the same cache key may be of another user: of what this has given an
   * access token for, only what comes of the same approval is known to be the same user's.
   *
   * @param {RefreshTokenEntry} other
   */
  isBoundElsewhere(other) {
    return this.login.hasGiven && !this.login.isSame(other.login);
  }

  /**
   * Makes sure that another entry for the same cache key is of the same user, by asking the server.
   *
   * @param {RefreshTokenEntry} other
   * @param {() => number} left milliseconds
   * @returns the access token of the other
   */
  async tokenOfSameUser(other, left) {
    if (!this.hasApp(other) || this.login.identityUrl === undefined) throw bound();
    const asked = await other.login.token(left());
    if (asked.outcome === 'refused') throw errorOf(asked.refusal);
    if (!this.login.isOfUserOf(other.login)) throw bound();
    return asked.token;
  }

  /**
   * Whether this can go on with another refresh token, or another function for it.
   *
   * @param {Checked} config
   */
  canBe(config) {
    const isSameKind = isFunction(this.refreshToken) === isFunction(config.refreshToken);
    return isSameKind && this.hasUse(config) && this.hasApp(config);
  }

  /**
   * Goes on with another refresh token of the same user, or another function for it.
   *
   * @param {Checked} config
   * @param {RefreshTokenLogin} login
   */
  takeOver(config, login) {
    this.refreshToken = config.refreshToken;
    this.login.takeOver(login);
    this.keepBy(config);
  }

  /** @param {any} connection */
  prepare(connection) {
    refuseRevocation(connection);
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

function bound() {
  return invalid(
    'cacheKey',
    'This cacheKey is that of another app or user, or the user cannot be told: use one key for each user, or call forgetRefreshToken() first with the refresh token that the key has now.',
  );
}

/** @param {unknown} value */
function isFunction(value) {
  return typeof value === 'function';
}

exports.RefreshTokenEntry = RefreshTokenEntry;
exports.keyOf = keyOf;
