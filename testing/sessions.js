'use strict';

// The sessions of an org: which access tokens are alive.

const { randomBytes } = require('node:crypto');

/**
 * The session of one access token.
 *
 * @typedef {object} Session
 * @property {string} token
 * @property {string} clientId
 * @property {string} username
 * @property {number} begun epoch ms
 * @property {number} ends epoch ms; use of the token postpones it
 */

/** The sessions of one org: one for each app and user. Inactivity ends a session. */
class Sessions {
  /** @type {Map<string, Session>} */
  #byToken = new Map();
  /** @type {Map<string, Session>} */
  #byLogin = new Map();

  /**
   * @param {string} orgId
   * @param {number} life milliseconds of inactivity that end a session
   */
  constructor(orgId, life) {
    this.orgId = orgId;
    this.life = life;
  }

  /**
   * The live session of this app and user. A login is no activity: the token that it brings may be
   * near its end.
   *
   * @param {string} clientId
   * @param {string} username
   */
  find(clientId, username) {
    const session = this.#byLogin.get(loginOf(clientId, username));
    return session && this.peek(session.token);
  }

  /**
   * Begins a session, which takes the place of the app’s and user’s older one in {@link find}.
   *
   * @param {string} clientId
   * @param {string} username
   */
  begin(clientId, username) {
    const now = Date.now();
    const secret = randomBytes(72).toString('base64url').replaceAll('-', '.');
    const token = `${this.orgId.slice(0, 15)}!${secret}`;
    const session = { token, clientId, username, begun: now, ends: now + this.life };
    this.#byToken.set(token, session);
    this.#byLogin.set(loginOf(clientId, username), session);
    return session;
  }

  /**
   * The live session of a token. A look is no activity.
   *
   * @param {string | undefined} token
   */
  peek(token) {
    const session = token === undefined ? undefined : this.#byToken.get(token);
    if (session && session.ends <= Date.now()) {
      this.#byToken.delete(session.token);
      return undefined;
    }
    return session;
  }

  /**
   * The live session of a token that is used. Use in the second half of its life extends a session.
   *
   * @param {string | undefined} token
   */
  use(token) {
    const session = this.peek(token);
    const now = Date.now();
    if (session && session.ends - now < this.life / 2) session.ends = now + this.life;
    return session;
  }

  /**
   * @param {string} token
   * @returns {boolean} whether the session was alive
   */
  revoke(token) {
    return this.peek(token) !== undefined && this.#byToken.delete(token);
  }

  revokeAll() {
    this.#byToken.clear();
    this.#byLogin.clear();
  }
}

/**
 * @param {string} clientId
 * @param {string} username
 */
const loginOf = (clientId, username) => JSON.stringify([clientId, username]);

exports.Sessions = Sessions;
