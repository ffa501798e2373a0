'use strict';

// The options of one call: how much time it has, its signal, and whether its Connection is shared.

const { checkString, invalid, own } = require('./checks.js');
const { checkNames } = require('./option-names.js');

/** @typedef {import('..').AbortSignalLike} AbortSignalLike */

const NAMES = ['signal', 'deadline', 'context', 'fresh', 'rejectedToken'];
/** The most time that one call may take, in milliseconds. */
const BUDGET = 8_000;
/**
 * Three years in milliseconds. A smaller deadline is a duration by mistake. A warm call would hide
 * the mistake until the token has expired.
 */
const LONGEST_DURATION = 1e11;
/** Milliseconds between the end of the call and the deadline, in which the caller can answer. */
const MARGIN = 500;

/**
 * @typedef {object} Call
 * @property {number} budget milliseconds
 * @property {AbortSignalLike | undefined} signal
 * @property {boolean} fresh
 * @property {string | undefined} rejectedToken
 */

/** @type {Call} */
const DEFAULT = { budget: BUDGET, signal: undefined, fresh: false, rejectedToken: undefined };

/**
 * @param {any} options
 * @returns {Call}
 */
function readCallOptions(options) {
  if (options === undefined) return DEFAULT;
  if (typeof options !== 'object' || options === null) {
    throw invalid('options', 'options must be an object.');
  }
  if (typeof options.getRemainingTimeInMillis === 'function') {
    throw invalid('options', 'options is the context of a Lambda: pass { context }.');
  }
  if (isSignal(options)) throw invalid('options', 'options is an AbortSignal: pass { signal }.');
  checkNames(options, 'options', NAMES);
  const [signal, fresh] = [own(options, 'signal'), own(options, 'fresh')];
  const rejectedToken = own(options, 'rejectedToken');
  if (fresh !== undefined && typeof fresh !== 'boolean') {
    throw invalid('fresh', 'fresh must be true or false.');
  }
  if (signal !== undefined && !isSignal(signal)) {
    throw invalid('signal', 'signal must be an AbortSignal.');
  }
  checkString({ rejectedToken }, 'rejectedToken');
  const left = Math.min(timeUntil(own(options, 'deadline')), timeLeft(own(options, 'context')));
  const budget = Math.max(0, Math.min(BUDGET, left - MARGIN));
  return { budget, signal, fresh: fresh === true, rejectedToken };
}

/** @param {any} value */
function isSignal(value) {
  return (
    typeof value?.addEventListener === 'function' && typeof value.removeEventListener === 'function'
  );
}

/**
 * @param {unknown} deadline milliseconds since the epoch
 * @returns {number} milliseconds
 */
function timeUntil(deadline) {
  if (deadline === undefined) return Infinity;
  const isTime = typeof deadline === 'number' && !Number.isNaN(deadline);
  if (isTime && !(deadline > 0 && deadline < LONGEST_DURATION)) return deadline - Date.now();
  throw invalid(
    'deadline',
    'deadline must be a time in milliseconds since the epoch, such as Date.now() + 5000.',
  );
}

/**
 * @param {any} context
 * @returns {number} milliseconds
 */
function timeLeft(context) {
  if (context === undefined) return Infinity;
  if (typeof context?.getRemainingTimeInMillis === 'function') {
    const left = context.getRemainingTimeInMillis();
    if (typeof left === 'number' && !Number.isNaN(left)) return left;
  }
  throw invalid('context', 'context must be the context that Lambda passes to the handler.');
}

module.exports = { BUDGET, readCallOptions };
