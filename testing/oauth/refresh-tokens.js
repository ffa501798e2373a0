'use strict';

const { randomBytes } = require('node:crypto');

/**
 * What came of one approval of an app by a user.
 *
 * @typedef {object} Family
 * @property {string} clientId
 * @property {string} username
 * @property {string} scope
 * @property {string} current the one refresh token that is not spent
 * @property {number} begun epoch ms
 * @property {number} life milliseconds without use that end it
 * @property {number} ends epoch ms, unless it is used
 * @property {boolean} revoked
 * @property {Set<string>} accessTokens granted to it
 */

/** The refresh tokens of an org, spent ones included: those tell whom to protect. */
class RefreshTokens {
  /** @type {Map<string, Family>} */
  #byToken = new Map();
  /** @type {Set<string>} */
  #inProcess = new Set();

  /**
   * @param {import('../sessions').Sessions} sessions
   * @param {import('../traffic').Traffic} traffic
   */
  constructor(sessions, traffic) {
    this.sessions = sessions;
    this.traffic = traffic;
  }

  /**
   * A user approves an app.
   *
   * @param {import('../clients').Client} client
   * @param {string} username
   * @param {string} scope
   */
  begin(client, username, scope) {
    const begun = Date.now();
    const life = client.refreshTokenLife;
    /** @type {Family} */
    const family = {
      clientId: client.id,
      username,
      scope,
      current: newToken(),
      begun,
      life,
      ends: begun + life,
      revoked: false,
      accessTokens: new Set(),
    };
    this.#byToken.set(family.current, family);
    return family;
  }

  /**
   * The family of a token, whatever became of both.
   *
   * @param {string | null} token
   */
  find(token) {
    return token === null ? undefined : this.#byToken.get(token);
  }

  /**
   * The family of a token that would be accepted.
   *
   * @param {string | null} token
   */
  live(token) {
    const family = this.find(token);
    if (family?.current !== token || family.revoked) return undefined;
    return Date.now() < family.ends ? family : undefined;
  }

  /**
   * The refresh token is used and spent.
   *
   * @param {Family} family
   * @returns {string} the one in its place
   */
  rotate(family) {
    family.current = newToken();
    this.#byToken.set(family.current, family);
    this.traffic.count('rotations');
    return family.current;
  }

  /**
   * The approval is withdrawn, with all that came of it.
   *
   * @param {Family} family
   */
  revoke(family) {
    if (family.revoked) return;
    family.revoked = true;
    for (const token of family.accessTokens) this.sessions.revoke(token);
    this.traffic.count('familiesRevoked');
  }

  /**
   * A request with this token begins.
   *
   * @param {string} token
   * @returns {(() => void) | undefined} to be called when it is over; undefined if another is not
   */
  process(token) {
    if (this.#inProcess.has(token)) return undefined;
    this.#inProcess.add(token);
    return () => void this.#inProcess.delete(token);
  }
}

const newToken = () => `5Aep861${randomBytes(60).toString('base64url').replaceAll('-', '.')}`;

exports.RefreshTokens = RefreshTokens;
