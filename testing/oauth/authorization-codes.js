'use strict';

// The authorization codes that an org has issued.

const { randomBytes } = require('node:crypto');

/** Milliseconds that a code may be redeemed. */
const LIFE = 15 * 60_000;

/**
 * The approval that a code stands for.
 *
 * @typedef {object} Authorization
 * @property {string} clientId
 * @property {string} username
 * @property {string} scope
 * @property {string} redirectUri where the code was sent
 * @property {string | null} challenge SHA-256 of the code verifier, base64url
 * @property {number} ends epoch ms
 * @property {import('./refresh-tokens').Family} [granted] set once the code is used
 */

/** The authorization codes of one org. */
class AuthorizationCodes {
  /** @type {Map<string, Authorization>} */
  #byCode = new Map();

  /** @param {Omit<Authorization, 'ends'>} authorization */
  issue(authorization) {
    const code = `aPrx${randomBytes(48).toString('base64url')}==`;
    this.#byCode.set(code, { ...authorization, ends: Date.now() + LIFE });
    return code;
  }

  /**
   * The approval of a code that has not expired, even if the code is used.
   *
   * @param {string | null} code
   */
  find(code) {
    const authorization = this.#byCode.get(code ?? '');
    return authorization && Date.now() < authorization.ends ? authorization : undefined;
  }
}

exports.AuthorizationCodes = AuthorizationCodes;
