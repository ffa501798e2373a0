'use strict';

// The error classes, and how a refusal of the addon becomes an error.

const native = require('../native.js');

/** @typedef {import('../native').Refusal} Refusal */

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
 * The error of a refusal, in the class that its code has.
 *
 * @param {Refusal} refusal
 * @returns {SalesforceAuthError}
 */
function errorOf(refusal) {
  const type = CONFIGURATION.has(refusal.code) ? ConfigurationError : SalesforceAuthError;
  return new type(refusal);
}

/**
 * The error of a failure that JavaScript found. Its hint comes from the addon's table of codes.
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
 * Sets the `cause` of an error, not enumerable, as the platform's own errors have it.
 *
 * @param {unknown} cause no cause is set if this is `undefined`
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

module.exports = { SalesforceAuthError, ConfigurationError, authError, causedBy, errorOf };
