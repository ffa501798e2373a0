'use strict';

const native = require('../native.js');
const { checkString, invalid } = require('./checks.js');
const { errorOf } = require('./errors.js');

const CAPACITY = 10_000;

/**
 * Checks a manager's options and opens its token source.
 *
 * @param {any} options
 * @returns {{ source: import('../native').TokenSource, capacity: number, Connection: any }}
 */
function openSource(options) {
  if (typeof options !== 'object' || options === null) {
    throw invalid('options', 'options must be an object.');
  }
  const { Connection, allowedInstanceHosts: hosts = [], ca, capacity = CAPACITY } = options;
  if (Connection !== undefined && !isClass(Connection)) {
    throw invalid('Connection', 'Connection must be a class.');
  }
  if (!Number.isInteger(capacity) || capacity < 1 || capacity > 1_000_000) {
    throw invalid('capacity', 'capacity must be a whole number from 1 to 1,000,000.');
  }
  checkString({ ca }, 'ca');
  // A copy has no holes, which `some` would pass over.
  const allowed = Array.isArray(hosts) ? [...hosts] : [undefined];
  if (allowed.some((host) => typeof host !== 'string')) {
    throw invalid('allowedInstanceHosts', 'allowedInstanceHosts must be an array of host names.');
  }
  const source = new native.TokenSource({ allowedInstanceHosts: allowed, ca, capacity });
  if (source.refusal !== null) throw errorOf(source.refusal);
  return { source, capacity, Connection };
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

/** @param {import('../native').TokenSource} source that all threads share */
function sharedSource(source) {
  return { source, capacity: CAPACITY, Connection: undefined };
}

module.exports = { openSource, sharedSource };
