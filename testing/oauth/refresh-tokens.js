'use strict';

// The refresh tokens that an org has issued, grouped by the approval they come from.

const { randomBytes } = require('node:crypto');

/**
 * All tokens of one approval of an app by a user.
 *
 * @typedef {object} Family
 * @property {string} clientId
 * @property {string} username
 * @property {string} scope
 * @property {string} current the one refresh token that is not spent
 * @property {number} begun epoch ms
 * @property {number} life milliseconds without use after which the approval ends
 * @property {number} ends epoch ms; every use postpones it
 * @property {boolean} revoked
 * @property {Set<string>} accessTokens revoked with the family
 */

/** The refresh tokens of one org. A spent token stays known: its reuse revokes the family. */
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
   * Begins the family of a user’s new approval.
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
   * The family of a token, even if either is spent, expired or revoked.
   *
   * @param {string | null} token
   */
  find(token) {
    return token === null ? undefined : this.#byToken.get(token);
  }

  /**
   * The family of a token that is good for a refresh.
   *
   * @param {string | null} token
   */
  live(token) {
    const family = this.find(token);
    if (family?.current !== token || family.revoked) return undefined;
    return Date.now() < family.ends ? family : undefined;
  }

  /**
   * Replaces the refresh token of a family. The old one is spent.
   *
   * @param {Family} family
   * @returns {string} the new refresh token
   */
  rotate(family) {
    family.current = newToken();
    this.#byToken.set(family.current, family);
    this.traffic.count('rotations');
    return family.current;
  }

  /**
   * Withdraws an approval: its refresh token and every access token.
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
   * Marks a token as being processed.
   *
   * @param {string} token
   * @returns {(() => void) | undefined} ends the mark; undefined if another request has it
   */
  process(token) {
    if (this.#inProcess.has(token)) return undefined;
    this.#inProcess.add(token);
    return () => void this.#inProcess.delete(token);
  }
}

const newToken = () => `5Aep861${randomBytes(60).toString('base64url').replaceAll('-', '.')}`;

exports.RefreshTokens = RefreshTokens;
