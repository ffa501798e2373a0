'use strict';

// A login by the JWT bearer flow, with its token and its Connection.

const native = require('../../native.js');
const { ConnectionEntry } = require('../connection/entry.js');
const { errorOf } = require('../errors.js');
const { sameConfig } = require('./config.js');

/** @typedef {import('../..').JWTConfig} JWTConfig */

/**
 * The entry of one config. Its key is the user name, which few logins share: Salesforce gives a user
 * name to one user of one org.
 *
 * @extends {ConnectionEntry<import('../../native').Login & import('../tokens/entry').Login>}
 */
class JwtEntry extends ConnectionEntry {
  /**
   * @param {import('../../native').TokenSource} source
   * @param {JWTConfig} config as `readConfig` gives it
   */
  constructor(source, config) {
    const login = new native.Login(source, config);
    if (login.refusal !== null) throw errorOf(login.refusal);
    // A JWT login is never asked to store a refresh token, so its answer is granted or refused.
    super(config.username, config, /** @type {any} */ (login));
    // Every call compares the fields, and an object behind a field would cost one more read each.
    // A field of the config must not have the name of a field of the entry, such as `token`.
    Object.assign(this, config);
  }

  /**
   * Whether a call with `config` means this entry. Users change configs in place, so every field is
   * compared at every call.
   *
   * @param {JWTConfig} config
   */
  sameKey(config) {
    return sameConfig(/** @type {any} */ (this), config);
  }
}

exports.JwtEntry = JwtEntry;
