'use strict';

// Calls the user's function that reads the stored refresh token.

const { SalesforceAuthError, authError, causedBy } = require('../errors.js');
const { inSeconds, within } = require('../time-limit.js');

const UNAVAILABLE = 'REFRESH_TOKEN_UNAVAILABLE';

/**
 * The most functions of a process that are awaited at a time. A function that calls `getConnection`
 * with a new function of its kind would otherwise recurse for ever.
 */
const MOST_READINGS = 10_000;

let readings = 0;

/** Reads the stored refresh token: one call of the user's function serves all waiting callers. */
class RefreshTokenReader {
  /** @type {Promise<string> | null} */
  #reading = null;
  #read;

  /** @param {() => string | Promise<string>} read the user's function */
  constructor(read) {
    this.#read = read;
  }

  /** @param {number} left the rest of the call's time, in milliseconds */
  async token(left) {
    if (left <= 0) throw authError('DEADLINE', 'No time was left to read the refresh token.');
    this.#reading ??= this.#begin();
    const reading = this.#reading;
    try {
      return await within(reading, left, () =>
        unavailable(`The function refreshToken did not finish within ${inSeconds(left)}.`),
      );
    } finally {
      // A later caller must not wait for a call that hangs.
      if (this.#reading === reading) {
        this.#reading = null;
        readings -= 1;
      }
    }
  }

  #begin() {
    if (readings >= MOST_READINGS) {
      throw unavailable(
        'Too many functions refreshToken run at a time: one must not call getConnection for the token that it reads.',
      );
    }
    readings += 1;
    return this.#call();
  }

  async #call() {
    // In a turn of its own, so that a recursion does not exhaust the stack.
    await null;
    let token;
    try {
      token = await this.#read();
    } catch (cause) {
      // Recursive calls would wrap this error thousands of times.
      if (isUnavailable(cause)) throw cause;
      throw causedBy(cause, unavailable('The function refreshToken failed.'));
    }
    if (typeof token === 'string') return token;
    throw unavailable('The function refreshToken did not return a string.');
  }
}

/** @param {unknown} error */
function isUnavailable(error) {
  return error instanceof SalesforceAuthError && /** @type {any} */ (error).code === UNAVAILABLE;
}

/** @param {string} what */
function unavailable(what) {
  return authError(UNAVAILABLE, what);
}

exports.RefreshTokenReader = RefreshTokenReader;
