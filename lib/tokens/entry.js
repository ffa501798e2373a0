'use strict';

// The tokens room: live tokens of configured logins, without Connections and without jsforce.
//
// This file: one configured login and the token that it handed out last.

const { peek } = require('../../native.js');
const { hideSecrets } = require('../printed.js');

/** @typedef {import('../..').AccessToken} AccessToken */
/** @typedef {import('../../native').GrantedToken} GrantedToken */

/**
 * The answer to a request for a token. `refreshToken` is the successor that this caller stored.
 *
 * @typedef {(
 *   | { outcome: 'granted', token: GrantedToken, refreshToken?: string }
 *   | { outcome: 'refused', refusal: import('../../native').Refusal }
 * )} Asked
 */

/**
 * Who asks for tokens, and by which grant. `cached` gives the live token of the near cache and sends
 * nothing. Budgets are in milliseconds.
 *
 * @typedef {object} Login
 * @property {(budget: number) => Promise<Asked>} token
 * @property {() => GrantedToken | null} cached
 * @property {(ticket: number) => void} renew
 * @property {(accessToken: string) => void} invalidate
 * @property {(accessToken: string) => number} reject
 * @property {() => void} markUsed
 */

/**
 * A configured login and its token. The native side alone knows whether the token may still be
 * used, so it is asked at every call.
 *
 * @template {Login} [L=Login]
 */
class TokenEntry {
  /**
   * @param {unknown} key the field by which the entry is looked up
   * @param {L} login
   */
  constructor(key, login) {
    this.key = key;
    this.login = login;
    /** The ticket of `token`. A ticket of 0 is never alive. */
    this.ticket = 0;
    /** @type {AccessToken | null} */
    this.token = null;
    /** Stored, so that a warm call makes no promise. @type {Promise<AccessToken> | null} */
    this.tokenPromise = null;
    /** The token that replaced a rejected one last. @type {import('./rejection').Trial | null} */
    this.trial = null;
  }

  /**
   * Takes over a granted token. An answer that a newer one has overtaken changes nothing: its token
   * is dead while this entry's token is alive.
   *
   * @param {GrantedToken} granted
   * @returns {AccessToken} the token to use
   */
  adopt(granted) {
    const { ticket, accessToken, identityUrl, scope, expiresAt } = granted;
    // The native side refuses an answer of Salesforce that names no instance URL.
    const instanceUrl = /** @type {string} */ (granted.instanceUrl);
    if (this.token !== null) {
      if (ticket === this.ticket && ticket !== 0) return this.token;
      // The entry's own ticket comes first: a look at a live token counts as a use of the token.
      if (peek(this.ticket) !== 0 && peek(ticket) === 0) return this.token;
    }
    if (granted.clockSkew !== 0) require('../warnings.js').warnOfClock(granted.clockSkew);
    this.ticket = ticket;
    const token = hideSecrets({ accessToken, instanceUrl, expiresAt, identityUrl, scope });
    this.token = Object.freeze(token);
    this.tokenPromise = Promise.resolve(this.token);
    return this.token;
  }
}

exports.TokenEntry = TokenEntry;
