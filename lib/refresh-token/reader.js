'use strict';

const { AsyncLocalStorage } = require('node:async_hooks');
const { authError, causedBy } = require('../errors.js');
const { inSeconds, within } = require('../time-limit.js');

/**
 * The calls of users' functions that this code runs inside, the innermost last.
 *
 * @type {AsyncLocalStorage<{ reader: RefreshTokenReader, isOver: boolean }[]>}
 */
const readings = new AsyncLocalStorage();

/** How many functions may read by a Connection whose function does so too. */
const DEEPEST = 4;

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
    const outer = openReadings();
    if (outer.length >= DEEPEST || outer.some(({ reader }) => reader === this)) {
      throw unavailable('The function refreshToken calls getConnection for what it is to read.');
    }
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

  /** Waits for a call of the function that goes on; none is begun. */
  async settled() {
    await this.#reading?.catch(() => {});
  }

  async #read() {
    const reading = { reader: this, isOver: false };
    let token;
    try {
      token = await readings.run([...openReadings(), reading], async () => this.read());
    } catch (cause) {
      throw causedBy(cause, unavailable('The function refreshToken failed.'));
    } finally {
      reading.isOver = true;
    }
    if (typeof token === 'string') return token;
    throw unavailable('The function refreshToken did not return a string.');
  }
}

function openReadings() {
  return (readings.getStore() ?? []).filter(({ isOver }) => !isOver);
}

/** @param {string} what */
function unavailable(what) {
  return authError('REFRESH_TOKEN_UNAVAILABLE', what);
}

exports.RefreshTokenReader = RefreshTokenReader;
