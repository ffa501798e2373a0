'use strict';

// The options that all managers have, and the token source that they open.

const native = require('../native.js');
const { checkString, invalid, own } = require('./checks.js');
const { errorOf } = require('./errors.js');

/** @typedef {import('../native').TokenSource} TokenSource */
/** @typedef {{ source: TokenSource, capacity: number, Connection: any }} Opened */

/** Tokens. */
const CAPACITY = 10_000;

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
 * @returns {Opened}
 */
function sourceFor(options, shared) {
  if (options === SHARED) return { source: shared(), capacity: CAPACITY, Connection: undefined };
  if (typeof options !== 'object' || options === null) {
    throw invalid('options', 'options must be an object.');
  }
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
  return { source, capacity, Connection };
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
