'use strict';

// What a Connection does about a 401 of the API.

const { peek } = require('../../native.js');
const { BUDGET } = require('../call-options.js');
const { stopwatch } = require('../time-limit.js');
const { PAUSE, replaceRejected, sessionRejected } = require('../tokens/rejection.js');

/** @typedef {import('./entry').ConnectionEntry} ConnectionEntry */
/** @typedef {import('../..').AccessToken} AccessToken */

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
  /** Since the API refused the token on trial, if it did. @type {(() => number) | null} */
  #sinceRejected = null;
  /** Logins forced in a row. */
  #forced = 0;
  /** Since a login was forced last, if one was. @type {(() => number) | null} */
  #sinceForced = null;
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
      this.#sinceRejected ??= stopwatch();
      throw sessionRejected('a new token');
    }
    const next = await replaceRejected(this.#entry, refused, { budget: BUDGET });
    const { accessToken } = next.token;
    if (next.isNew) this.#try(connection, accessToken);
    if (accessToken === refused) {
      this.#sinceRejected = stopwatch();
      throw sessionRejected('the token it issues again');
    }
    return { token: this.#give(connection, next.token), refreshToken: next.refreshToken };
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
    const hasWorked = connection.limitInfo !== this.#limitInfo;
    if (hasWorked) return this.#forced >= FORCED && isWithinPause(this.#sinceForced);
    return this.#sinceRejected === null || isWithinPause(this.#sinceRejected);
  }

  /**
   * Puts a token that was minted because of a 401 on trial.
   *
   * @param {any} connection
   * @param {string} accessToken
   */
  #try(connection, accessToken) {
    this.#forced = isWithinPause(this.#sinceForced) ? this.#forced + 1 : 1;
    this.#sinceForced = stopwatch();
    this.#onTrial = accessToken;
    this.#sinceRejected = null;
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

/** @param {(() => number) | null} since */
function isWithinPause(since) {
  return since !== null && since() < PAUSE;
}

exports.SessionRefresh = SessionRefresh;
