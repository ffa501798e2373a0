'use strict';

// What a Connection does about a 401 of the API.

const { peek } = require('../../native.js');
const { BUDGET } = require('../call-options.js');
const { authError, errorOf } = require('../errors.js');

/** @typedef {import('./entry').ConnectionEntry} ConnectionEntry */
/** @typedef {import('../..').AccessToken} AccessToken */

/** Milliseconds after a rejection before a call may force another login. */
const PAUSE = 10_000;
/** The most logins that a Connection may force in a row, each within the pause of the last. */
const FORCED = 3;

/**
 * Renews the token of one Connection after a 401, and ends the loop in which jsforce retries a 401
 * without bound.
 *
 * jsforce does not tell which token was refused. So each Connection remembers the token that it was
 * given last. A token that was minted because of a 401 is on trial. If the API refuses that token
 * as well, without a success between, the loop ends.
 */
class SessionRefresh {
  #entry;
  /** The access token that the Connection was given last. */
  #known;
  /** The access token that was minted last because of a 401. */
  #onTrial = '';
  /** When the API refused the token on trial, in milliseconds since the epoch. */
  #rejectedAt = Infinity;
  /** Logins forced in a row. */
  #forced = 0;
  /** When a login was forced last, in milliseconds since the epoch. */
  #forcedAt = -Infinity;
  /**
   * The Connection's `limitInfo` when the token went on trial. jsforce replaces the object when a
   * REST answer tells the API usage: the sign of a success. A 401 and other APIs tell none.
   *
   * @type {unknown}
   */
  #limitInfo;

  /**
   * @param {ConnectionEntry} entry
   * @param {string} accessToken the Connection's first token
   */
  constructor(entry, accessToken) {
    this.#entry = entry;
    this.#known = accessToken;
  }

  /**
   * The token to use after a 401, and the new refresh token if one came with it.
   *
   * @param {any} connection
   * @returns {Promise<{ token: AccessToken, refreshToken?: string }>}
   */
  async renew(connection) {
    const { token, ticket } = this.#entry;
    if (token !== null && this.#maySucceed(connection, token) && peek(ticket) !== 0) {
      return { token: this.#give(connection, token) };
    }
    const refused = this.#known;
    if (this.#isLoop(connection, refused)) {
      if (this.#rejectedAt === Infinity) this.#rejectedAt = Date.now();
      throw rejected('a new token');
    }
    let { renewed, isNew, refreshToken } = await this.#replace(refused);
    // A login that ran before the 401 may have brought the refused token.
    if (renewed.accessToken === refused && !isNew) {
      const again = await this.#replace(refused);
      ({ renewed, isNew } = again);
      refreshToken = again.refreshToken ?? refreshToken;
    }
    if (isNew) this.#try(connection, renewed.accessToken);
    if (renewed.accessToken === refused) {
      this.#rejectedAt = Date.now();
      throw rejected('the token it issues again');
    }
    return { token: this.#give(connection, renewed), refreshToken };
  }

  /**
   * Drops the refused token and gets the next one. Another call may have got the next one before.
   *
   * @param {string} refused
   */
  async #replace(refused) {
    const { login } = this.#entry;
    // Tokens with a larger number were asked for after this.
    const last = login.reject(refused);
    const asked = await login.token(BUDGET);
    if (asked.outcome === 'refused') throw errorOf(asked.refusal);
    const { token, refreshToken } = asked;
    return { renewed: this.#entry.adopt(token), isNew: token.request > last, refreshToken };
  }

  /**
   * Whether the refused request may have left with another token than the entry's. A renewal may
   * have come between, or somebody else may have set a token on the Connection.
   *
   * @param {any} connection
   * @param {AccessToken} token
   */
  #maySucceed(connection, { accessToken }) {
    return accessToken !== this.#known || accessToken !== connection.accessToken;
  }

  /**
   * Whether the refused token is the one on trial, and another login would only repeat the loop.
   *
   * @param {any} connection
   * @param {string} refused
   */
  #isLoop(connection, refused) {
    if (refused !== this.#onTrial) return false;
    const now = Date.now();
    const hasWorked = connection.limitInfo !== this.#limitInfo;
    if (hasWorked) return this.#forced >= FORCED && now - this.#forcedAt < PAUSE;
    return now - this.#rejectedAt < PAUSE;
  }

  /**
   * Puts a token that was minted because of a 401 on trial.
   *
   * @param {any} connection
   * @param {string} accessToken
   */
  #try(connection, accessToken) {
    const now = Date.now();
    this.#forced = now - this.#forcedAt < PAUSE ? this.#forced + 1 : 1;
    this.#forcedAt = now;
    this.#onTrial = accessToken;
    this.#rejectedAt = Infinity;
    this.#limitInfo = connection.limitInfo;
  }

  /**
   * Remembers the token that jsforce is about to set on the Connection.
   *
   * @param {any} connection
   * @param {AccessToken} token
   */
  #give(connection, token) {
    this.#known = token.accessToken;
    connection.instanceUrl = token.instanceUrl;
    return token;
  }
}

/** @param {string} what */
function rejected(what) {
  return authError('SESSION_REJECTED', `The API answers 401 to ${what}.`);
}

exports.SessionRefresh = SessionRefresh;
