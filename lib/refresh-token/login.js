'use strict';

// A login by refresh token: reads the token, asks for an access token, has a successor stored.

const native = require('../../native.js');
const { invalid } = require('../checks.js');
const { errorOf } = require('../errors.js');
const { countdown } = require('../time-limit.js');
const { nativeConfig } = require('./config.js');
const { RefreshTokenReader } = require('./reader.js');

/** @typedef {import('../tokens/entry').Asked} Asked */
/** @typedef {import('./config').Checked} Checked */
/** @typedef {import('../../native').Login} NativeLogin */
/** @typedef {import('../../native').TokenSource} TokenSource */

/** After one of these refusals, another container may have stored a newer refresh token. */
const SUPERSEDED = ['REFRESH_TOKEN_INVALID', 'REFRESH_UNCERTAIN'];

/**
 * A login by refresh token. The login reads the token from the user's function, if there is one. A
 * new refresh token is stored before anybody gets the access token that came with it.
 */
class RefreshTokenLogin {
  #source;
  #config;
  #keeper;
  #reader;
  /** The refresh token read last. */
  #refreshToken = '';
  /** The native login of the refresh token read last. @type {NativeLogin | null} */
  #newest = null;
  /**
   * The native login whose access token was handed out last; before the first, that of the refresh
   * token just read. Null until the user's function was called.
   *
   * @type {NativeLogin | null}
   */
  #login = null;
  /** The user of the access token handed out last, if the server named one. @type {string | undefined} */
  #identityUrl;
  /** Whether a callback or listener existed at the last request. */
  #couldStore = false;

  /**
   * @param {TokenSource} source
   * @param {Checked} config
   * @param {import('./keeper').RefreshTokenKeeper} keeper
   */
  constructor(source, config, keeper) {
    this.#source = source;
    this.#config = nativeConfig(config);
    this.#keeper = keeper;
    const { refreshToken } = config;
    if (typeof refreshToken === 'function') this.#reader = new RefreshTokenReader(refreshToken);
    else this.#use(refreshToken);
  }

  /**
   * @param {number} budget milliseconds
   * @returns {Promise<Asked>}
   */
  async token(budget) {
    const left = countdown(budget);
    const login = await this.#read(left());
    const asked = await this.#askFor(login, left);
    if (asked.outcome === 'granted' || !SUPERSEDED.includes(asked.refusal.code)) return asked;
    // If the second read fails, the first refusal is the answer.
    const other = await this.#read(left()).catch(() => login);
    return other === login ? asked : this.#askFor(other, left);
  }

  cached() {
    return this.#login?.cached() ?? null;
  }

  /** @param {number} ticket */
  renew(ticket) {
    this.#login?.renew(ticket);
  }

  /** @param {string} accessToken */
  invalidate(accessToken) {
    this.#login?.invalidate(accessToken);
  }

  /** @param {string} accessToken */
  reject(accessToken) {
    return this.#login?.reject(accessToken) ?? 0;
  }

  markUsed() {
    this.#login?.markUsed();
  }

  /** Forgets the lineage of its refresh tokens; returns whether one of them was ever sent. */
  forget() {
    const newest = this.#newest?.forget() ?? false;
    return (this.#login?.forget() ?? false) || newest;
  }

  /** Whether its refresh token was forgotten, by any manager: it grants no token any more. */
  isForgotten() {
    return this.#forgotten() !== undefined;
  }

  #forgotten() {
    if (this.#login?.isForgotten()) return this.#login;
    return this.#newest?.isForgotten() ? this.#newest : undefined;
  }

  /** Whether a refresh token is known: false until the user's function has returned one. */
  isRead() {
    return this.#login !== null;
  }

  /** Whether a callback or listener exists now that did not exist at the last request. */
  gainedCallback() {
    return !this.#couldStore && this.#keeper.storeWithin() !== undefined;
  }

  /**
   * Reads the newest refresh token. After the refresh token was forgotten, the function is not
   * called any more.
   *
   * @param {number} left milliseconds
   */
  async #read(left) {
    if (this.#reader === undefined || this.isForgotten()) return this.#use(this.#refreshToken);
    return this.#use(await this.#reader.token(left));
  }

  /** @param {string} refreshToken */
  #use(refreshToken) {
    // A Connection of a forgotten refresh token must not continue with another one.
    const forgotten = this.#forgotten();
    if (forgotten !== undefined) return forgotten;
    if (this.#newest === null || refreshToken !== this.#refreshToken) {
      this.#newest = this.#open(refreshToken);
      this.#refreshToken = refreshToken;
    }
    this.#login ??= this.#newest;
    return this.#newest;
  }

  /** @param {string} refreshToken */
  #open(refreshToken) {
    const login = native.Login.withRefreshToken(this.#source, this.#config, refreshToken);
    if (login.refusal !== null) throw errorOf(login.refusal);
    // Two refresh tokens of one lineage share the access token, so the known login serves both.
    return this.#login?.isSame(login) ? this.#login : login;
  }

  /**
   * Asks for an access token. The user must be the one of the access token before: a function that
   * reads another user's refresh token must not change the user of a Connection.
   *
   * @param {NativeLogin} login
   * @param {() => number} left milliseconds
   * @returns {Promise<Asked>}
   */
  async #askFor(login, left) {
    const asked = await this.#ask(login, left);
    if (asked.outcome === 'refused') return asked;
    // Forgotten during the request: the forgotten login gives the refusal that tells so.
    const forgotten = this.#forgotten();
    if (forgotten !== undefined && forgotten !== login) return this.#ask(forgotten, left);
    const { identityUrl } = asked.token;
    const isSame = this.#login?.isSame(login) ?? true;
    if (!isSame && differ(this.#identityUrl, identityUrl)) throw ofAnotherUser();
    this.#login = login;
    this.#identityUrl = identityUrl ?? this.#identityUrl;
    return asked;
  }

  /**
   * @param {NativeLogin} login
   * @param {() => number} left milliseconds
   * @returns {Promise<Asked>}
   */
  async #ask(login, left) {
    let refreshToken;
    /** @type {import('../../native').Rotation | undefined} */
    let rotation;
    for (;;) {
      const storeWithin = this.#keeper.storeWithin();
      this.#couldStore = storeWithin !== undefined;
      const outcome = await login.token(left(), storeWithin, rotation);
      if (outcome.outcome === 'refused') return outcome;
      if (outcome.outcome === 'granted') return { ...outcome, refreshToken };
      rotation = outcome.rotation;
      refreshToken = rotation.refreshToken;
      await this.#keeper.store(rotation, left());
    }
  }
}

/**
 * Whether both users are known and different.
 *
 * @param {string | undefined} before
 * @param {string | undefined} now
 */
function differ(before, now) {
  return before !== undefined && now !== undefined && before !== now;
}

function ofAnotherUser() {
  return invalid(
    'refreshToken',
    'The function refreshToken returned the refresh token of another user than before: write one function for each user.',
  );
}

exports.RefreshTokenLogin = RefreshTokenLogin;
