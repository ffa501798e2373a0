'use strict';

/**
 * Waits for `promise`, at most so long; what it stands for goes on.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {number} ms milliseconds
 * @param {() => unknown} late what to reject with when the time is over
 * @returns {Promise<T>}
 */
function within(promise, ms, late) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * Counts down.
 *
 * @param {number} budget milliseconds
 * @returns {() => number} the milliseconds that are left
 */
function countdown(budget) {
  const end = performance.now() + budget;
  return () => Math.max(0, end - performance.now());
}

/** @param {number} ms milliseconds, as a text in seconds */
function inSeconds(ms) {
  return `${Number((ms / 1000).toFixed(1))} s`;
}

module.exports = { countdown, inSeconds, within };
