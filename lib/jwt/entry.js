'use strict';

const native = require('../../native.js');
const { Entry } = require('../tokens/entry.js');
const { errorOf } = require('../errors.js');

/** @typedef {import('../..').JWTConfig} JWTConfig */

/**
 * A login by the JWT bearer flow. A Salesforce user name belongs to one org of the world, so few
 * logins share one: it is the key.
 *
 * @extends {Entry<import('../../native').Login & import('../tokens/entry').Login>}
 */
class JwtEntry extends Entry {
  /**
   * @param {import('../../native').TokenSource} source
   * @param {JWTConfig} config
   */
  constructor(source, config) {
    const login = new native.Login(source, config);
    if (login.refusal !== null) throw errorOf(login.refusal);
    // No refresh token ever comes of it.
    super(config.username, config, /** @type {any} */ (login));
    this.clientId = config.clientId;
    this.privateKey = config.privateKey;
    this.audience = config.audience;
    this.tokenTtl = config.tokenTtl;
    this.tokenBuffer = config.tokenBuffer;
  }

  /**
   * Whether `config` means this login. People change configs in place, so every field is compared.
   *
   * @param {JWTConfig} config
   */
  matches(config) {
    return (
      this.privateKey === config.privateKey &&
      this.clientId === config.clientId &&
      this.key === config.username &&
      this.instanceUrl === config.instanceUrl &&
      this.loginUrl === config.loginUrl &&
      this.audience === config.audience &&
      this.tokenTtl === config.tokenTtl &&
      this.tokenBuffer === config.tokenBuffer &&
      this.version === config.version
    );
  }
}

exports.JwtEntry = JwtEntry;
