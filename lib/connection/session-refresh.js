'use strict';

const { peek } = require('../../native.js');
const { BUDGET } = require('../call-options.js');
const { authError, errorOf } = require('../errors.js');

/** @typedef {import('../tokens/entry').Entry} Entry */
/** @typedef {import('../..').AccessToken} AccessToken */

/** After a rejection, a call may force another login only when this much time has passed. */
const PAUSE = 10_000;
/** Logins in a row, each within the pause of the last, that a Connection may force. */
const FORCED = 3;

/**
 * Decides what a Connection does about a 401. jsforce retries without bound and does not tell which
 * token was refused, so each Connection remembers what it was last given, and a token that was
 * minted because of a 401 is on trial: if it is refused as well, without a success between, the
 * loop ends here.
 */
class SessionRefresh {
  #entry;
  #known;
  #onTrial = '';
  #rejectedAt = Infinity;
  #forced = 0;
  #forcedAt = -Infinity;
  /**
   * jsforce replaces this object when a REST answer tells the API usage, which a 401 does not: the
   * sign of a success. Answers of other APIs leave none.
   *
   * @type {unknown}
   */
  #limitInfo;

  /**
   * @param {Entry} entry
   * @param {string} accessToken what the Connection begins with
   */
  constructor(entry, accessToken) {
    this.#entry = entry;
    this.#known = accessToken;
  }

  /**
   * The token to go on with after a 401, with the refresh token that came with it, if that is new.
   *
   * @param {any} connection
   * @returns {Promise<{ token: AccessToken, refreshToken?: string }>}
   */
  async renew(connection) {
    const { token, ticket } = this.#entry;
    if (token !== null && this.#mayBeNews(connection, token) && peek(ticket) !== 0) {
      return { token: this.#give(connection, token) };
    }
    const refused = this.#known;
    if (this.#isLoop(connection, refused)) {
      if (this.#rejectedAt === Infinity) this.#rejectedAt = Date.now();
      throw rejected('a new token');
    }
    let { renewed, isNew, refreshToken } = await this.#replace(refused);
    // The answer of a login that was under way already may be the refused token.
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
   * Drops the refused token and gets the one that takes its place. Others may have got it before.
   *
   * @param {string} refused
   */
  async #replace(refused) {
    const { login } = this.#entry;
    const last = login.reject(refused);
    const asked = await login.token(BUDGET);
    if (asked.outcome === 'refused') throw errorOf(asked.refusal);
    const { token, refreshToken } = asked;
    return { renewed: this.#entry.adopt(token), isNew: token.exchange > last, refreshToken };
  }

  /**
   * Whether the refused request may have left with another token: the one before a renewal
   * underneath, or one that somebody else has set.
   *
   * @param {any} connection
   * @param {AccessToken} token
   */
  #mayBeNews(connection, { accessToken }) {
    return accessToken !== this.#known || accessToken !== connection.accessToken;
  }

  /**
   * @param {any} connection
   * @param {string} refused
   */
  #isLoop(connection, refused) {
    if (refused !== this.#onTrial) return false;
    const now = Date.now();
    const worked = connection.limitInfo !== this.#limitInfo;
    if (worked) return this.#forced >= FORCED && now - this.#forcedAt < PAUSE;
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
