'use strict';

const { randomBytes } = require('node:crypto');

/**
 * What an access token stands for.
 *
 * @typedef {object} Session
 * @property {string} token
 * @property {string} clientId
 * @property {string} username
 * @property {number} begun epoch ms
 * @property {number} ends epoch ms, unless it is used
 */

/** The sessions of an org: one for each app and user, ended by inactivity. */
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
   * The live session of this app and user. Being asked for is not activity: a token that was just
   * granted may be near its end.
   *
   * @param {string} clientId
   * @param {string} username
   */
  find(clientId, username) {
    const session = this.#byLogin.get(loginOf(clientId, username));
    return session && this.peek(session.token);
  }

  /**
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
   * The live session of a token, without using it.
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
   * The live session of a token, used: which extends it, once half of its life is over.
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
   * @returns {boolean} whether there was such a session
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
