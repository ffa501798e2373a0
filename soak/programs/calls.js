'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const {
  getAccessToken,
  clearAllTokens,
  JWTConnectionManager,
  SalesforceConnectionManager,
} = require('../..');

/** Milliseconds between two calls of many. */
const APART = 10;

/** The token a promise gives, or the code of its error. */
function outcomeOf(promise) {
  return promise.then(
    ({ accessToken }) => ({ accessToken }),
    ({ code, attempts }) => ({ code: String(code), attempts }),
  );
}

/** The options of a call that is told of a deadline, or of the time left of an invocation. */
function optionsOf({ deadline, left }) {
  if (deadline !== undefined) return { deadline: Date.now() + deadline };
  if (left !== undefined) return { context: { getRemainingTimeInMillis: () => left } };
  return undefined;
}

/** The ways to ask, each of a manager of its own. */
const WAYS = {
  token: (config, options) => new JWTConnectionManager().getAccessToken(config, options),
  connection: (config, options) => new JWTConnectionManager().getConnection(config, options),
  refresh: (config, options) =>
    new SalesforceConnectionManager().getConnection(config, undefined, undefined, options),
};

async function timed(action) {
  const started = performance.now();
  const outcome = await action();
  return { ...outcome, took: performance.now() - started };
}

module.exports = {
  token: (config) => timed(() => outcomeOf(getAccessToken(config))),
  clear: () => clearAllTokens(),
  /** So many calls, some at once; how many ended in each code, or in 'token'. */
  callMany: async ({ config, times, atOnce }) => {
    /** @type {Record<string, number>} */
    const counts = {};
    for (let left = times; left > 0; left -= atOnce) {
      const calls = Array.from({ length: Math.min(atOnce, left) }, () => getAccessToken(config));
      for (const { code = 'token' } of await Promise.all(calls.map(outcomeOf))) {
        counts[code] = (counts[code] ?? 0) + 1;
      }
    }
    return counts;
  },
  /** Calls that overlap. */
  callAll: (calls) => {
    require('jsforce'); // loading it would hold up the calls that are timed
    return Promise.all(
      calls.map(async ({ way, config, told }, index) => {
        await sleep(index * APART); // started at once, they would wait for one another's start
        return timed(() => outcomeOf(WAYS[way](config, optionsOf(told))));
      }),
    );
  },
  clocks: () => ({ wall: Date.now(), monotonic: performance.now() }),
};
