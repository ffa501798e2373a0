'use strict';

const native = require('../native.js');

/** @typedef {import('../native').Refusal} Refusal */

const RECENT = 100;
const OURS = /^(?:Unable to refresh session due to: )?(\[([A-Z_]+)\] .*)$/s;

class SalesforceAuthError extends Error {
  /** @param {Refusal} refusal */
  constructor({ message, ...details }) {
    super(message);
    Object.assign(this, details);
  }
}

class ConfigurationError extends SalesforceAuthError {}

for (const type of [SalesforceAuthError, ConfigurationError]) {
  Object.defineProperty(type.prototype, 'name', { value: type.name, configurable: true });
}

const CONFIGURATION = new Set(['CONFIG_INVALID', 'PRIVATE_KEY_INVALID']);

/**
 * @param {Refusal} refusal
 * @returns {SalesforceAuthError}
 */
function errorOf(refusal) {
  const type = CONFIGURATION.has(refusal.code) ? ConfigurationError : SalesforceAuthError;
  return new type(refusal);
}

/**
 * An error that was found on this side of the boundary; its hint comes from the one table of codes.
 *
 * @param {import('..').AuthErrorCode} code
 * @param {string} what one sentence
 * @param {string} [option]
 */
function authError(code, what, option) {
  const refusal = native.refusal(code, what, option);
  return errorOf(refusal);
}

/**
 * Names what led to an error, as the platform's own errors do.
 *
 * @param {unknown} cause
 * @param {SalesforceAuthError} error
 */
function causedBy(cause, error) {
  if (cause === undefined) return error;
  return Object.defineProperty(error, 'cause', {
    value: cause,
    configurable: true,
    writable: true,
  });
}

/** @type {WeakMap<object, SalesforceAuthError>} */
const lastOf = new WeakMap();
/** @type {Map<string, SalesforceAuthError>} */
const recent = new Map();

/**
 * Keeps the error that a Connection's token renewal ended with: jsforce passes on its message only.
 *
 * @param {object} connection
 * @param {SalesforceAuthError} error
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
 * @param {unknown} error
 * @param {object} [connection]
 * @returns {SalesforceAuthError | undefined}
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
 * An error of which nothing but the message is left, such as one from another thread.
 *
 * @param {string} code
 * @param {string} message
 */
function rebuilt(code, message) {
  const refusal = native.refusal(code, '');
  return refusal.code === code ? errorOf({ ...refusal, message }) : undefined;
}

module.exports = {
  SalesforceAuthError,
  ConfigurationError,
  authError,
  causedBy,
  errorOf,
  getAuthError,
  rememberError,
};
