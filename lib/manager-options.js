'use strict';

// The options that all managers have, and the token source that they open.

const native = require('../native.js');
const { checkConnectionOptions, checkString, invalid, own } = require('./checks.js');
const { errorOf } = require('./errors.js');
const { checkNames } = require('./option-names.js');

/** @typedef {import('../native').TokenSource} TokenSource */
/** @typedef {{ Connection?: any, connectionOptions?: object }} OfConnections */
/** @typedef {OfConnections & { source: TokenSource, capacity: number }} Opened */

/** Tokens. */
const CAPACITY = 10_000;
const NAMES = ['Connection', 'connectionOptions', 'allowedInstanceHosts', 'ca', 'capacity'];
/** Fields of a config, which belongs to the calls. */
const OF_CONFIG = ['clientId', 'privateKey', 'username', 'refreshToken', 'instanceUrl', 'loginUrl'];

/**
 * Stands for the options of the manager that `getInstance()` gives.
 *
 * @type {any}
 */
const SHARED = Object.freeze({});

/**
 * The token source of a manager: the one that all threads share, or one of the manager's own.
 *
 * @param {any} options `SHARED`, or what the user passed
 * @param {() => TokenSource} shared gives the source that all threads share
 * @param {string[]} [more] names of options beside those of all managers
 * @returns {Opened}
 */
function sourceFor(options, shared, more = []) {
  if (options === SHARED) return { source: shared(), capacity: CAPACITY };
  if (typeof options !== 'object' || options === null) {
    throw invalid('options', 'options must be an object.');
  }
  const ofConfig = OF_CONFIG.find((name) => Object.hasOwn(options, name));
  if (ofConfig !== undefined) {
    throw invalid(
      ofConfig,
      `A manager has no option ${ofConfig}: pass the config to getConnection.`,
    );
  }
  checkNames(options, 'A manager', [...NAMES, ...more]);
  checkConnectionOptions(options);
  const connectionOptions = own(options, 'connectionOptions');
  const [Connection, ca] = [own(options, 'Connection'), own(options, 'ca')];
  const hosts = own(options, 'allowedInstanceHosts', []);
  const capacity = own(options, 'capacity', CAPACITY);
  if (Connection !== undefined && !isClass(Connection)) {
    throw invalid('Connection', 'Connection must be a class.');
  }
  if (!Number.isInteger(capacity) || capacity < 1 || capacity > 1_000_000) {
    throw invalid('capacity', 'capacity must be a whole number from 1 to 1,000,000.');
  }
  checkString({ ca }, 'ca');
  const source = new native.TokenSource({ allowedInstanceHosts: readHosts(hosts), ca, capacity });
  if (source.refusal !== null) throw errorOf(source.refusal);
  return { source, capacity, Connection, connectionOptions };
}

/**
 * @param {unknown} hosts
 * @returns {string[]}
 */
function readHosts(hosts) {
  // The copy has `undefined` where an array has a hole, which `every` would skip.
  const copy = Array.isArray(hosts) ? [...hosts] : [undefined];
  if (copy.every((host) => typeof host === 'string')) return copy;
  throw invalid('allowedInstanceHosts', 'allowedInstanceHosts must be an array of host names.');
}

/** @param {unknown} value */
function isClass(value) {
  try {
    Reflect.construct(Object, [], /** @type {any} */ (value));
    return true;
  } catch {
    return false;
  }
}

module.exports = { SHARED, sourceFor };
