'use strict';

// The configuration of a JWT login: its fields, their checks and their comparison.

const {
  checkConnectionOptions,
  checkKey,
  checkLife,
  checkPresent,
  checkString,
  checkVersion,
  invalid,
  own,
} = require('../checks.js');
const { checkNames } = require('../option-names.js');

/** @typedef {import('../..').JWTConfig} JWTConfig */

const REQUIRED = ['clientId', 'privateKey', 'username', 'instanceUrl'];
const STRINGS = [...REQUIRED, 'loginUrl', 'audience', 'version'];
/** Every field. */
const FIELDS = [...STRINGS, 'tokenTtl', 'tokenBuffer', 'connectionOptions'];

/**
 * A checked copy of a config. A getter of the user's is called once for each field.
 *
 * @param {any} given
 * @returns {JWTConfig}
 */
function readConfig(given) {
  if (typeof given !== 'object' || given === null) {
    throw invalid('config', 'config must be an object; leave it out to read the environment.');
  }
  checkNames(given, 'config', FIELDS);
  /** @type {any} */
  const config = {};
  for (const name of FIELDS) config[name] = own(given, name);
  checkPresent(config, REQUIRED);
  checkKey(config.privateKey);
  for (const name of STRINGS) checkString(config, name);
  checkVersion(config);
  checkLife(config);
  checkConnectionOptions(config);
  return config;
}

/**
 * Whether two configs have the same fields. Written out, because a loop over `FIELDS` costs more
 * than the rest of a warm call.
 *
 * @param {JWTConfig} one
 * @param {JWTConfig} other
 */
function sameConfig(one, other) {
  return (
    one.privateKey === other.privateKey &&
    one.clientId === other.clientId &&
    one.username === other.username &&
    one.instanceUrl === other.instanceUrl &&
    one.loginUrl === other.loginUrl &&
    one.audience === other.audience &&
    one.tokenTtl === other.tokenTtl &&
    one.tokenBuffer === other.tokenBuffer &&
    one.version === other.version &&
    one.connectionOptions === other.connectionOptions
  );
}

module.exports = { readConfig, sameConfig };
