'use strict';

const { authError, causedBy } = require('./errors.js');
const { inSeconds, within } = require('./time-limit.js');

/**
 * Reads the refresh token that the user has kept: one call of the user's function for all who wait.
 */
class RefreshTokenReader {
  /** @type {Promise<string> | null} */
  #reading = null;

  /** @param {() => string | Promise<string>} read */
  constructor(read) {
    this.read = read;
  }

  /** @param {number} left what is left of the call's time, in milliseconds */
  async token(left) {
    if (left <= 0) throw authError('DEADLINE', 'No time was left to read the refresh token.');
    this.#reading ??= this.#read();
    const reading = this.#reading;
    try {
      return await within(reading, left, () =>
        unavailable(`The function refreshToken did not finish within ${inSeconds(left)}.`),
      );
    } finally {
      // Nor does anybody else wait for one that hangs.
      if (this.#reading === reading) this.#reading = null;
    }
  }

  async #read() {
    // A getConnection inside the function must find this call and wait for it.
    await null;
    let token;
    try {
      token = await this.read();
    } catch (cause) {
      throw causedBy(cause, unavailable('The function refreshToken failed.'));
    }
    if (typeof token === 'string') return token;
    throw unavailable('The function refreshToken did not return a string.');
  }
}

/** @param {string} what */
function unavailable(what) {
  return authError('REFRESH_TOKEN_UNAVAILABLE', what);
}

exports.RefreshTokenReader = RefreshTokenReader;
