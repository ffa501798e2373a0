'use strict';

// The errors that jsforce hides: it passes on the message of a failed renewal and drops the error.

const native = require('../../native.js');
const { SalesforceAuthError, errorOf } = require('../errors.js');

/** @typedef {ReturnType<typeof errorOf>} AuthError */

/** The most errors remembered by message. */
const RECENT = 100;
const OURS = /^(?:Unable to refresh session due to: )?(\[([A-Z_]+)\] .*)$/s;

/** The last error of each Connection. @type {WeakMap<object, AuthError>} */
const lastOf = new WeakMap();
/** The last errors by message, for callers without the Connection. @type {Map<string, AuthError>} */
const recent = new Map();

/**
 * Remembers the error with which a Connection's token renewal ended.
 *
 * @param {object} connection
 * @param {AuthError} error
 */
function rememberError(connection, error) {
  lastOf.set(connection, error);
  recent.delete(error.message);
  recent.set(error.message, error);
  for (const oldest of recent.keys()) {
    if (recent.size <= RECENT) break;
    recent.delete(oldest);
  }
}

/**
 * The typed error behind an error that a Connection gave.
 *
 * @param {unknown} error
 * @param {object} [connection]
 * @returns {AuthError | undefined}
 */
function getAuthError(error, connection) {
  if (error instanceof SalesforceAuthError) return error;
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined;
  const [, ours, code] = (typeof message === 'string' && OURS.exec(message)) || [];
  if (ours === undefined || code === undefined) return undefined;
  const last = connection === undefined ? undefined : lastOf.get(connection);
  if (last?.message === ours) return last;
  return recent.get(ours) ?? rebuilt(code, ours);
}

/**
 * An error made from its message alone: the error itself is gone, or was made in another thread.
 *
 * @param {string} code
 * @param {string} message
 */
function rebuilt(code, message) {
  const refusal = native.refusal(code, '');
  return refusal.code === code ? errorOf({ ...refusal, message }) : undefined;
}

module.exports = { getAuthError, rememberError };
