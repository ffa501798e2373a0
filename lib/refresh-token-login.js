'use strict';

const native = require('../native.js');
const { errorOf } = require('./errors.js');
const { nativeConfig } = require('./oauth2-config.js');
const { RefreshTokenReader } = require('./refresh-token-reader.js');
const { countdown } = require('./time-limit.js');

/** @typedef {import('./entry').Asked} Asked */
/** @typedef {import('./oauth2-config').Checked} Checked */
/** @typedef {import('../native').TokenSource} TokenSource */

/** After these another container may have kept a newer refresh token. */
const SUPERSEDED = ['REFRESH_TOKEN_INVALID', 'REFRESH_UNCERTAIN'];

/**
 * A login by a refresh token: reads it where the user keeps it, asks with it, and has a new one kept
 * before it hands out the access token.
 */
class RefreshTokenLogin {
  #source;
  #config;
  #keeper;
  #reader;
  /** The refresh token that was read last. */
  #refreshToken = '';
  /** None, as long as the function was not called. @type {import('../native').Login | null} */
  #login = null;
  /** Whether it could keep a refresh token when it last asked. */
  #wasKeeper = false;

  /**
   * @param {TokenSource} source
   * @param {Checked} config
   * @param {import('./refresh-token-keeper').RefreshTokenKeeper} keeper
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
    const login = await this.read(left());
    const asked = await this.#ask(login, left);
    if (asked.outcome === 'granted' || !SUPERSEDED.includes(asked.refusal.code)) return asked;
    // If it cannot be read, the first answer is what counts.
    const other = await this.read(left()).catch(() => login);
    return other === login ? asked : this.#ask(other, left);
  }

  kept() {
    return this.#login?.kept() ?? null;
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

  /**
   * Whether both are for the same access token. One whose function was not called yet is for none.
   *
   * @param {RefreshTokenLogin} other
   */
  isSame(other) {
    return this.#login !== null && other.#login !== null && this.#login.isSame(other.#login);
  }

  /** Forgets all that the refresh token led to; whether it was ever sent. */
  forget() {
    return this.#login?.forget() ?? false;
  }

  /** Whether somebody forgot its refresh token: it gives no token any more. */
  isForgotten() {
    return this.#login?.isForgotten() ?? false;
  }

  /** Whether the function was called. */
  isRead() {
    return this.#login !== null;
  }

  /** Whether it can keep a refresh token now and could not when it last asked. */
  isNewKeeper() {
    return !this.#wasKeeper && this.#keeper.patience() !== undefined;
  }

  /**
   * Takes over another function that reads the same token.
   *
   * @param {() => string | Promise<string>} read
   */
  readBy(read) {
    if (this.#reader !== undefined) this.#reader.read = read;
  }

  /**
   * Reads the newest refresh token; of a forgotten one nothing newer is read.
   *
   * @param {number} left milliseconds
   */
  async read(left) {
    if (this.#reader === undefined || this.isForgotten()) return this.#use(this.#refreshToken);
    return this.#use(await this.#reader.token(left));
  }

  /** @param {string} refreshToken */
  #use(refreshToken) {
    // Whoever holds a Connection of a forgotten refresh token must not go on with another.
    if (this.#login?.isForgotten()) return this.#login;
    if (this.#login !== null && refreshToken === this.#refreshToken) return this.#login;
    const login = native.Login.withRefreshToken(this.#source, this.#config, refreshToken);
    if (login.refusal !== null) throw errorOf(login.refusal);
    this.#refreshToken = refreshToken;
    // Of two refresh tokens that led to each other either is as good.
    if (this.#login === null || !this.#login.isSame(login)) this.#login = login;
    return this.#login;
  }

  /**
   * @param {import('../native').Login} login
   * @param {() => number} left milliseconds
   * @returns {Promise<Asked>}
   */
  async #ask(login, left) {
    let refreshToken;
    /** @type {import('../native').Rotation | undefined} */
    let settled;
    for (;;) {
      const patience = this.#keeper.patience();
      this.#wasKeeper = patience !== undefined;
      const outcome = await login.token(left(), patience, settled);
      if (outcome.outcome === 'refused') return outcome;
      if (outcome.outcome === 'granted') return { ...outcome, refreshToken };
      settled = outcome.rotation;
      refreshToken = settled.refreshToken;
      await this.#keeper.keep(settled, left());
    }
  }
}

exports.RefreshTokenLogin = RefreshTokenLogin;
