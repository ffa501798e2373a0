'use strict';

const { peek } = require('../native.js');
const { BUDGET } = require('./call-options.js');
const { authError, errorOf } = require('./errors.js');

/** @typedef {import('./entry').Entry} Entry */
/** @typedef {import('..').AccessToken} AccessToken */

/** A token that was minted because of a 401 and is refused within this time is refused for good. */
const TRIAL = 10_000;
/** Mints in a row that a Connection may force, however honest each looks. */
const FORCED = 3;

/**
 * Decides what a Connection does about a 401. jsforce retries without bound and does not tell which
 * token was refused, so each Connection remembers what it was last given.
 */
class SessionRefresh {
  #entry;
  #known;
  /** Forced mints since the last that was followed by peace. */
  #forced = 0;
  #forcedAt = -Infinity;
  /** jsforce replaces this object at every successful REST answer: the proof of a success. */
  #limitInfo = undefined;

  /**
   * @param {Entry} entry
   * @param {string} accessToken what the Connection begins with
   */
  constructor(entry, accessToken) {
    this.#entry = entry;
    this.#known = accessToken;
  }

  /**
   * The token to go on with after a 401.
   *
   * @param {any} connection
   * @returns {Promise<AccessToken>}
   */
  async renew(connection) {
    const { token, ticket, login } = this.#entry;
    if (token !== null && this.#mayBeNews(connection, token) && peek(ticket) !== 0) {
      return this.#give(connection, token);
    }
    const now = Date.now();
    if (now - this.#forcedAt >= TRIAL) this.#forced = 0;
    const worked = connection.limitInfo !== this.#limitInfo;
    if (this.#forced > 0 && (!worked || this.#forced >= FORCED)) throw rejected('a new token');
    login.reject(ticket);
    const outcome = await login.token(BUDGET);
    if (outcome.outcome === 'refused') throw errorOf(outcome.refusal);
    this.#forced += 1;
    this.#forcedAt = now;
    this.#limitInfo = connection.limitInfo;
    const renewed = this.#entry.adopt(outcome.token);
    if (renewed.accessToken === this.#known) throw rejected('the token it issues again');
    return this.#give(connection, renewed);
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
