'use strict';

const { invalid } = require('./checks.js');
const { authError } = require('./errors.js');

/** @typedef {import('..').AbortSignalLike} AbortSignalLike */

/** All the time one call may take, in milliseconds. */
const BUDGET = 8_000;
/** Three years in milliseconds: a deadline below is a duration by mistake, which a warm call hides. */
const LONGEST_DURATION = 1e11;
/** Kept back of a deadline, so that the caller can still answer. */
const MARGIN = 500;

/**
 * @param {any} options
 * @returns {{ budget: number, signal: AbortSignalLike | undefined, fresh: boolean }}
 */
function readCallOptions(options) {
  if (options === undefined) return { budget: BUDGET, signal: undefined, fresh: false };
  if (typeof options !== 'object' || options === null) {
    throw invalid('options', 'options must be an object.');
  }
  const { signal, deadline, context, fresh } = options;
  if (fresh !== undefined && typeof fresh !== 'boolean') {
    throw invalid('fresh', 'fresh must be true or false.');
  }
  if (signal !== undefined && !isSignal(signal)) {
    throw invalid('signal', 'signal must be an AbortSignal.');
  }
  const budget = Math.min(BUDGET, timeUntil(deadline) - MARGIN, timeLeft(context) - MARGIN);
  return { budget: Math.max(0, budget), signal, fresh: fresh === true };
}

/** @param {any} value */
function isSignal(value) {
  return (
    typeof value?.addEventListener === 'function' && typeof value.removeEventListener === 'function'
  );
}

/** @param {unknown} deadline */
function timeUntil(deadline) {
  if (deadline === undefined) return Infinity;
  const isTime = typeof deadline === 'number' && !Number.isNaN(deadline);
  if (isTime && !(deadline > 0 && deadline < LONGEST_DURATION)) return deadline - Date.now();
  throw invalid(
    'deadline',
    'deadline must be a time in milliseconds since the epoch, such as Date.now() + 5000.',
  );
}

/** @param {any} context */
function timeLeft(context) {
  if (context === undefined) return Infinity;
  if (typeof context?.getRemainingTimeInMillis === 'function') {
    const left = context.getRemainingTimeInMillis();
    if (typeof left === 'number' && !Number.isNaN(left)) return left;
  }
  throw invalid('context', "context must be a Lambda's context.");
}

/** @param {AbortSignalLike | undefined} signal */
function throwIfAborted(signal) {
  if (signal?.aborted) throw aborted(signal);
}

/**
 * Who waits on each signal. One listener a signal: many calls may share one, and Node.js warns of
 * more than ten.
 *
 * @type {WeakMap<AbortSignalLike, { leave: Set<() => void>, onAbort: () => void }>}
 */
const waiting = new WeakMap();

/**
 * Waits for `promise` until the signal fires. What the promise stands for goes on.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignalLike | undefined} signal
 * @returns {Promise<T>}
 */
function untilAborted(promise, signal) {
  if (signal === undefined) return promise;
  const { leave, onAbort } = waiting.get(signal) ?? listenTo(signal);
  return new Promise((resolve, reject) => {
    const stop = () => reject(aborted(signal));
    leave.add(stop);
    promise.then(resolve, reject).finally(() => {
      leave.delete(stop);
      if (leave.size > 0) return;
      waiting.delete(signal);
      signal.removeEventListener('abort', onAbort);
    });
  });
}

/** @param {AbortSignalLike} signal */
function listenTo(signal) {
  /** @type {Set<() => void>} */
  const leave = new Set();
  const onAbort = () => {
    for (const stop of leave) stop();
  };
  const listening = { leave, onAbort };
  signal.addEventListener('abort', onAbort);
  waiting.set(signal, listening);
  return listening;
}

/**
 * `name` and `cause` are as the platform's own functions have them.
 *
 * @param {AbortSignalLike} signal
 */
function aborted(signal) {
  const error = authError('ABORTED', 'The call was aborted.');
  return Object.defineProperties(error, {
    name: { value: 'AbortError', configurable: true, writable: true },
    cause: { value: signal.reason, configurable: true, writable: true },
  });
}

module.exports = { BUDGET, readCallOptions, throwIfAborted, untilAborted };
