'use strict';

// How objects with tokens look when they are printed. Their fields and their JSON stay as they are.

/** What `util.inspect` and so `console.log` call, see the documentation of Node.js. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');
const HIDDEN = '(hidden)';
const SECRETS = ['accessToken', 'refreshToken', 'access_token', 'refresh_token', 'codeVerifier'];

/** @typedef {(value: unknown, options?: object) => string} Inspect `util.inspect` */

/**
 * Has an object printed without its secrets. The mark is not enumerable, so comparisons and copies do
 * not see it.
 *
 * @template {object} T
 * @param {T} object
 * @returns {T}
 */
function hideSecrets(object) {
  return mark(object, withoutSecrets);
}

/**
 * Has a Connection printed as a summary. The objects that a Connection refers to refer back to it,
 * and so to its token.
 *
 * @template T
 * @param {T & object} connection
 * @returns {T}
 */
function summarize(connection) {
  // A class of the user's may have its own way.
  return INSPECT in connection ? connection : mark(connection, asSummary);
}

/**
 * @template {object} T
 * @param {T} object
 * @param {(depth: number, options: object, inspect: Inspect) => string} print
 */
function mark(object, print) {
  return Object.defineProperty(object, INSPECT, {
    value: print,
    configurable: true,
    writable: true,
  });
}

/**
 * @this {any}
 * @param {number} _depth
 * @param {object} options
 * @param {Inspect} inspect
 */
function withoutSecrets(_depth, options, inspect) {
  const copy = { ...this };
  for (const name of SECRETS) {
    if (typeof copy[name] === 'string') copy[name] = HIDDEN;
  }
  return inspect(copy, options);
}

/**
 * @this {any}
 * @param {number} _depth
 * @param {object} options
 * @param {Inspect} inspect
 */
function asSummary(_depth, options, inspect) {
  const { instanceUrl, version, accessToken, userInfo, limitInfo } = this;
  const shown = { instanceUrl, version, accessToken: accessToken && HIDDEN, userInfo, limitInfo };
  return `${this.constructor?.name ?? 'Connection'} ${inspect(shown, options)}`;
}

module.exports = { hideSecrets, summarize };
