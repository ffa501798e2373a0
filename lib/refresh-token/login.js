'use strict';

const native = require('../../native.js');
const { invalid } = require('../checks.js');
const { authError, errorOf } = require('../errors.js');
const { nativeConfig } = require('./config.js');
const { RefreshTokenReader } = require('./reader.js');
const { countdown, within } = require('../time-limit.js');

/** @typedef {import('../tokens/entry').Asked} Asked */
/** @typedef {import('./config').Checked} Checked */
/** @typedef {import('../../native').Login} NativeLogin */
/** @typedef {import('../../native').TokenSource} TokenSource */

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
  /** That of the refresh token that was read last. @type {NativeLogin | null} */
  #newest = null;
  /**
   * That of the access token that was given last, or at first of the refresh token read; none, as
   * long as the function was not called.
   *
   * @type {NativeLogin | null}
   */
  #login = null;
  /** Whether it could keep a refresh token when it last asked. */
  #wasKeeper = false;

  /**
   * @param {TokenSource} source
   * @param {Checked} config
   * @param {import('./keeper').RefreshTokenKeeper} keeper
   */
  constructor(source, config, keeper) {
    this.#source = source;
    this.#config = nativeConfig(config);
    this.#keeper = keeper;
    /** The user whose access token was given last, if the server named one. @type {string | undefined} */
    this.identityUrl = undefined;
    /** Whether it ever gave an access token. */
    this.hasGiven = false;
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
    const asked = await this.#askFor(login, left);
    if (asked.outcome === 'granted' || !SUPERSEDED.includes(asked.refusal.code)) return asked;
    // If it cannot be read, the first answer is what counts.
    const other = await this.read(left()).catch(() => login);
    return other === login ? asked : this.#askFor(other, left);
  }

  cached() {
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

  /**
   * Whether both are known to be the same user's.
   *
   * @param {RefreshTokenLogin} other
   */
  isOfUserOf({ identityUrl }) {
    return identityUrl !== undefined && this.identityUrl === identityUrl;
  }

  /** Forgets all that its refresh tokens led to; whether one was ever sent. */
  forget() {
    const newest = this.#newest?.forget() ?? false;
    return (this.#login?.forget() ?? false) || newest;
  }

  /** Whether somebody forgot its refresh token: it gives no token any more. */
  isForgotten() {
    return this.#forgotten() !== undefined;
  }

  #forgotten() {
    if (this.#login?.isForgotten()) return this.#login;
    return this.#newest?.isForgotten() ? this.#newest : undefined;
  }

  /** Whether the function was called. */
  isRead() {
    return this.#login !== null;
  }

  /**
   * Waits for a call of its function that goes on.
   *
   * @param {number} left milliseconds
   */
  async settled(left) {
    const reader = this.#reader;
    if (reader !== undefined) await within(reader.settled(), left, outOfTime);
  }

  /** Whether it can keep a refresh token now and could not when it last asked. */
  isNewKeeper() {
    return !this.#wasKeeper && this.#keeper.patience() !== undefined;
  }

  /**
   * Takes over what another login of the same user reads, and how.
   *
   * @param {RefreshTokenLogin} other
   */
  takeOver(other) {
    if (this.#reader !== undefined) this.#reader = other.#reader;
    if (this.isSame(other)) return;
    this.#refreshToken = other.#refreshToken;
    this.#newest = other.#newest;
    this.#login = other.#login;
    this.#wasKeeper = other.#wasKeeper;
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
    // Of two refresh tokens that led to each other either is as good.
    return this.#login?.isSame(login) ? this.#login : login;
  }

  /**
   * Asks for an access token, which counts if it is of the same user as the one before: a function
   * that reads something else by now must not change whose Connections there are.
   *
   * @param {NativeLogin} login
   * @param {() => number} left milliseconds
   * @returns {Promise<Asked>}
   */
  async #askFor(login, left) {
    const asked = await this.#ask(login, left);
    if (asked.outcome === 'refused') return asked;
    const forgotten = this.#forgotten();
    if (forgotten !== undefined && forgotten !== login) return this.#ask(forgotten, left);
    const { identityUrl } = asked.token;
    const isSame = this.#login?.isSame(login) ?? true;
    if (!isSame && isOther(this.identityUrl, identityUrl)) throw ofAnotherUser();
    this.#login = login;
    this.identityUrl = identityUrl ?? this.identityUrl;
    this.hasGiven = true;
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

/**
 * Whether two users are known and not the same.
 *
 * @param {string | undefined} before
 * @param {string | undefined} now
 */
function isOther(before, now) {
  return before !== undefined && now !== undefined && before !== now;
}

function outOfTime() {
  return authError(
    'DEADLINE',
    'Another call read the refresh token of this cacheKey for too long.',
  );
}

function ofAnotherUser() {
  return invalid(
    'refreshToken',
    'The function refreshToken gave the refresh token of another user than before: write one function for each user.',
  );
}

exports.RefreshTokenLogin = RefreshTokenLogin;
