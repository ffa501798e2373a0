'use strict';

// The replacement of an access token that the API refused.

const { untilAborted } = require('../abort.js');
const { authError, errorOf } = require('../errors.js');
const { countdown, stopwatch } = require('../time-limit.js');

/** @typedef {import('./entry').TokenEntry} TokenEntry */
/** @typedef {import('../..').AccessToken} AccessToken */
/** @typedef {import('../..').AbortSignalLike} AbortSignalLike */

/** Milliseconds after a login that a 401 forced. Its token may not force another one before. */
const PAUSE = 10_000;

/**
 * What came in place of a refused token. `isNew`: the token was asked for after the rejection.
 *
 * @typedef {{ token: AccessToken, isNew: boolean, refreshToken?: string | undefined }} Replacement
 */

/**
 * Drops the refused token and gets the next one. Another call may have got the next one before.
 *
 * @param {TokenEntry} entry
 * @param {string} refused
 * @param {{ budget: number, signal?: AbortSignalLike | undefined }} call
 * @returns {Promise<Replacement>} the token may be the refused one, issued again
 */
async function replaceRejected(entry, refused, { budget, signal }) {
  const left = countdown(budget);
  const next = await ask(entry, refused, left(), signal);
  if (next.token.accessToken !== refused || next.isNew) return next;
  // A login that ran before the rejection brought the refused token.
  const again = await ask(entry, refused, left(), signal);
  return { ...again, refreshToken: again.refreshToken ?? next.refreshToken };
}

/**
 * @param {TokenEntry} entry
 * @param {string} refused
 * @param {number} budget milliseconds
 * @param {AbortSignalLike | undefined} signal
 * @returns {Promise<Replacement>}
 */
async function ask(entry, refused, budget, signal) {
  const { login } = entry;
  // Tokens with a larger number were asked for after this.
  const last = login.reject(refused);
  const asked = await untilAborted(login.token(budget), signal);
  if (asked.outcome === 'refused') throw errorOf(asked.refusal);
  const { token, refreshToken } = asked;
  return { token: entry.adopt(token), isNew: token.request > last, refreshToken };
}

/** A token that was minted because a caller told of a 401. */
class Trial {
  #accessToken;
  #age = stopwatch();

  /** @param {string} accessToken */
  constructor(accessToken) {
    this.#accessToken = accessToken;
  }

  /**
   * Whether another login would only repeat a loop: the API refused the token of the last one, too.
   *
   * @param {string} refused
   */
  hasFailed(refused) {
    return refused === this.#accessToken && this.#age() < PAUSE;
  }
}

/** @param {string} what what the API refuses */
function sessionRejected(what) {
  return authError('SESSION_REJECTED', `The API answers 401 to ${what}.`);
}

exports.PAUSE = PAUSE;
exports.Trial = Trial;
exports.replaceRejected = replaceRejected;
exports.sessionRejected = sessionRejected;
