'use strict';

// A caller's AbortSignal: ends the caller's own wait and nothing else.

const { authError } = require('./errors.js');

/** @typedef {import('..').AbortSignalLike} AbortSignalLike */

/** @param {AbortSignalLike | undefined} signal */
function throwIfAborted(signal) {
  if (signal?.aborted) throw aborted(signal);
}

/**
 * The calls that wait, by signal. Each signal gets one listener: many calls may share a signal, and
 * Node.js warns of more than ten listeners.
 *
 * @type {WeakMap<AbortSignalLike, { leave: Set<() => void>, onAbort: () => void }>}
 */
const waiting = new WeakMap();

/**
 * Waits for `promise` until the signal fires. The work behind the promise is not cancelled.
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
  // `addEventListener` of a user's signal may throw, so nothing is remembered before it.
  signal.addEventListener('abort', onAbort);
  waiting.set(signal, listening);
  return listening;
}

/**
 * An error with the `name` and the `cause` that the platform's own functions give it.
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

module.exports = { throwIfAborted, untilAborted };
