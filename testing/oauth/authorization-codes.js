'use strict';

const { randomBytes } = require('node:crypto');

const LIFE = 15 * 60_000;

/**
 * What a code stands for.
 *
 * @typedef {object} Authorization
 * @property {string} clientId
 * @property {string} username
 * @property {string} scope
 * @property {string} redirectUri where the code was sent
 * @property {string | null} challenge SHA-256 of what its redeemer must know, base64url
 * @property {number} ends epoch ms
 * @property {import('./refresh-tokens').Family} [granted] once it is used
 */

/** The authorization codes of an org. */
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
   * Used ones too.
   *
   * @param {string | null} code
   */
  find(code) {
    const authorization = this.#byCode.get(code ?? '');
    return authorization && Date.now() < authorization.ends ? authorization : undefined;
  }
}

exports.AuthorizationCodes = AuthorizationCodes;
