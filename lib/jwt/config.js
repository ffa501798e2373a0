'use strict';

const {
  checkKey,
  checkLife,
  checkPresent,
  checkString,
  checkVersion,
  invalid,
} = require('../checks.js');

/** @typedef {import('../..').JWTConfig} JWTConfig */

const REQUIRED = /** @type {const} */ (['clientId', 'privateKey', 'username', 'instanceUrl']);
const OPTIONAL = /** @type {const} */ (['loginUrl', 'audience', 'version']);

/**
 * Checks a config. Each field is read once, and the copy is what is used.
 *
 * @param {any} given
 * @returns {JWTConfig}
 */
function readConfig(given) {
  if (typeof given !== 'object' || given === null) {
    throw invalid('config', 'config must be an object; leave it out to read the environment.');
  }
  const config = pick(given);
  checkPresent(config, REQUIRED);
  checkKey(config.privateKey);
  for (const name of [...REQUIRED, ...OPTIONAL]) checkString(config, name);
  checkVersion(config);
  checkLife(config);
  return config;
}

/** @param {any} given */
function pick(given) {
  const { clientId, privateKey, username, instanceUrl } = given;
  const { loginUrl, audience, tokenTtl, tokenBuffer, version } = given;
  return {
    clientId,
    privateKey,
    username,
    instanceUrl,
    loginUrl,
    audience,
    tokenTtl,
    tokenBuffer,
    version,
  };
}

module.exports = { readConfig };
