'use strict';

// Calls the user's function that reads the stored refresh token.

const { AsyncLocalStorage } = require('node:async_hooks');

const { SalesforceAuthError, authError, causedBy } = require('../errors.js');
const { inSeconds, within } = require('../time-limit.js');

const UNAVAILABLE = 'REFRESH_TOKEN_UNAVAILABLE';

/**
 * The most functions that may wait for each other. A function that calls `getConnection` with a new
 * function of its kind would otherwise recurse without end.
 */
const MOST_LEVELS = 8;

/** How many functions wait for what runs now. @type {AsyncLocalStorage<number>} */
const depth = new AsyncLocalStorage();

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
      if (this.#reading === reading) this.#reading = null;
    }
  }

  async #begin() {
    const level = (depth.getStore() ?? 0) + 1;
    if (level > MOST_LEVELS) {
      throw unavailable(
        `More than ${MOST_LEVELS} functions refreshToken wait for each other: one must not call getConnection for the token that it reads.`,
      );
    }
    // `#reading` is set first: the function may ask for the Connection that waits for it.
    await null;
    let token;
    try {
      token = await depth.run(level, this.#read);
    } catch (cause) {
      // Each level of a recursion would wrap this error once more.
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
