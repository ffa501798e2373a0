'use strict';

// Time limits of waiting.

/**
 * Waits for `promise` for at most `ms`. The work behind the promise is not cancelled.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {number} ms milliseconds
 * @param {() => unknown} late gives the error to reject with when the time is over
 * @returns {Promise<T>}
 */
function within(promise, ms, late) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * Starts a countdown, which a change of the wall clock does not disturb.
 *
 * @param {number} budget milliseconds
 * @returns {() => number} gives the milliseconds that are left
 */
function countdown(budget) {
  const end = performance.now() + budget;
  return () => Math.max(0, end - performance.now());
}

/**
 * Starts a stopwatch. The larger of two clocks counts: the wall clock may be set back, and the other
 * one may stand still while a Lambda is frozen.
 *
 * @returns {() => number} gives the milliseconds that have passed
 */
function stopwatch() {
  const [wall, monotonic] = [Date.now(), performance.now()];
  return () => Math.max(Date.now() - wall, performance.now() - monotonic);
}

/**
 * A time in seconds, for error texts.
 *
 * @param {number} ms milliseconds
 */
function inSeconds(ms) {
  return `${Number((ms / 1000).toFixed(1))} s`;
}

module.exports = { countdown, inSeconds, stopwatch, within };
