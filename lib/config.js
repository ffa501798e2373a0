'use strict';

const { types } = require('node:util');

const { authError } = require('./errors.js');

/** @typedef {import('..').JWTConfig} JWTConfig */

const REQUIRED = /** @type {const} */ (['clientId', 'privateKey', 'username', 'instanceUrl']);
const OPTIONAL = /** @type {const} */ (['loginUrl', 'audience', 'version']);
const VERSION = /^\d{2,3}\.0$/;

/**
 * Checks what TypeScript would have checked. It must happen before a value reaches the addon,
 * whose own conversion errors print the value, keys included; so each field is read once, and the
 * copy is what is used.
 *
 * @param {any} given
 * @returns {JWTConfig}
 */
function readConfig(given) {
  if (typeof given !== 'object' || given === null) {
    throw invalid('config', 'config must be an object; leave it out to read the environment.');
  }
  const config = pick(given);
  const missing = REQUIRED.filter((name) => config[name] === undefined || config[name] === null);
  if (missing.length > 0) {
    const names = missing.join(', ');
    throw invalid(
      names,
      `config lacks ${names}: undefined, as an environment variable that is not set.`,
    );
  }
  if (typeof config.privateKey !== 'string') {
    throw authError(
      'PRIVATE_KEY_INVALID',
      `privateKey ${describeKey(config.privateKey)}`,
      'privateKey',
    );
  }
  for (const name of [...REQUIRED, ...OPTIONAL]) checkString(config, name);
  if (config.version !== undefined && !VERSION.test(config.version)) {
    throw invalid('version', "version must look like '64.0'.");
  }
  if (config.tokenTtl !== 'session') checkSeconds(config, 'tokenTtl', " or 'session'");
  checkSeconds(config, 'tokenBuffer', '');
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

/**
 * @param {any} config
 * @param {string} name
 */
function checkString(config, name) {
  const value = config[name];
  if (value === undefined || typeof value === 'string') return;
  throw invalid(name, `${name} must be a string, not ${kindOf(value)}.`);
}

/**
 * @param {any} config
 * @param {string} name
 * @param {string} or
 */
function checkSeconds(config, name, or) {
  const value = config[name];
  if (value === undefined || (Number.isFinite(value) && value >= 0)) return;
  throw invalid(name, `${name} must be a number of seconds${or}.`);
}

/**
 * What stands in place of a key's text, and how to get the text.
 *
 * @param {unknown} value
 */
function describeKey(value) {
  // Loading it takes milliseconds of a cold start, and only this mistake needs it.
  const { KeyObject } = require('node:crypto');
  if (value instanceof KeyObject) {
    return "is a KeyObject: pass key.export({ type: 'pkcs8', format: 'pem' }).";
  }
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
    return "is a Buffer: pass its text, buffer.toString('utf8').";
  }
  if (types.isPromise(value)) return 'is a Promise: await it first.';
  return `must be the text of a PEM file, not ${kindOf(value)}.`;
}

/** @param {unknown} value */
function kindOf(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return `of type ${typeof value}`;
}

/**
 * @param {string} option
 * @param {string} what
 */
function invalid(option, what) {
  return authError('CONFIG_INVALID', what, option);
}

module.exports = { checkString, invalid, readConfig };
