'use strict';

// Checks of types and shapes, for callers without TypeScript.
//
// They come before a value reaches the addon, whose own conversion errors print the value, keys
// included.

const { types } = require('node:util');

const { authError } = require('./errors.js');
const { checkNames } = require('./option-names.js');

/** Options of jsforce's Connection that a login sets. */
const SET_BY_LOGIN = [
  ...['loginUrl', 'instanceUrl', 'accessToken', 'refreshToken', 'refreshFn', 'oauth2', 'version'],
  ...['sessionId', 'serverUrl', 'signedRequest'],
];
/** The others. A class of the user's may have more. */
const OF_JSFORCE = ['callOptions', 'httpProxy', 'logLevel', 'maxRequest', 'proxyUrl'];
/** Summer '25, which every org has. jsforce's own default is 50.0. */
const DEFAULT_API_VERSION = '64.0';
const VERSION = /^\d{2,3}\.0$/;

/**
 * The value of an option. What somebody has put on `Object.prototype` is no option.
 *
 * @param {any} given
 * @param {string} name
 * @param {any} [fallback] the value of an option that is absent or `undefined`
 */
function own(given, name, fallback) {
  if (name in Object.prototype && isInheritedByAll(given, name)) return fallback;
  // A getter of the user's is called once.
  const value = given[name];
  return value === undefined ? fallback : value;
}

/**
 * Whether the object has the property from `Object.prototype` alone. A class may have a getter of its
 * own.
 *
 * @param {object} given
 * @param {string} name
 */
function isInheritedByAll(given, name) {
  for (let each = given; each !== null; each = Object.getPrototypeOf(each)) {
    if (Object.hasOwn(each, name)) return each === Object.prototype;
  }
  return true;
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
 * @param {string} or what else the option may be, for the error text
 */
function checkSeconds(config, name, or) {
  const value = config[name];
  if (value === undefined || (Number.isFinite(value) && value >= 0)) return;
  throw invalid(name, `${name} must be a number of seconds${or}.`);
}

/** @param {any} config */
function checkLife(config) {
  if (config.tokenTtl !== 'session') checkSeconds(config, 'tokenTtl', " or 'session'");
  checkSeconds(config, 'tokenBuffer', '');
}

/** @param {any} config */
function checkVersion({ version }) {
  if (version === undefined || (typeof version === 'string' && VERSION.test(version))) return;
  throw invalid('version', "version must look like '64.0'.");
}

/** @param {any} config */
function checkConnectionOptions({ connectionOptions }) {
  if (connectionOptions === undefined) return;
  if (typeof connectionOptions !== 'object' || connectionOptions === null) {
    throw invalid('connectionOptions', 'connectionOptions must be an object.');
  }
  const set = Object.keys(connectionOptions).find((name) => SET_BY_LOGIN.includes(name));
  if (set !== undefined) {
    throw invalid(
      'connectionOptions',
      `connectionOptions must not hold ${set}, which the login sets.`,
    );
  }
  checkNames(connectionOptions, 'connectionOptions', OF_JSFORCE);
}

/** @param {unknown} privateKey */
function checkKey(privateKey) {
  if (typeof privateKey === 'string') return;
  throw authError('PRIVATE_KEY_INVALID', `privateKey ${describeKey(privateKey)}`, 'privateKey');
}

/**
 * @param {any} config
 * @param {readonly string[]} names
 */
function checkPresent(config, names) {
  const missing = names.filter((name) => config[name] === undefined || config[name] === null);
  if (missing.length === 0) return;
  const list = missing.join(', ');
  throw invalid(
    list,
    `config lacks ${list}: undefined, perhaps from an environment variable that is not set.`,
  );
}

/**
 * What the caller passed in place of a key's text, and how to get the text.
 *
 * @param {unknown} value
 */
function describeKey(value) {
  // `node:crypto` takes milliseconds of a cold start, and only this mistake needs it.
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
 * @param {string} option the option at fault
 * @param {string} what one sentence: what is wrong, and what to do
 */
function invalid(option, what) {
  return authError('CONFIG_INVALID', what, option);
}

module.exports = {
  DEFAULT_API_VERSION,
  checkConnectionOptions,
  checkKey,
  checkLife,
  checkPresent,
  checkSeconds,
  checkString,
  checkVersion,
  invalid,
  kindOf,
  own,
};
