'use strict';

// Plain calls, timed, for the soaks that change the server, the clock or the process.

const { setTimeout: sleep } = require('node:timers/promises');
const {
  getAccessToken,
  clearAllTokens,
  JWTConnectionManager,
  SalesforceConnectionManager,
} = require('../../..');

/** Milliseconds between the starts of two calls. */
const APART = 10;

/** The token of a call, or the code of its error. */
function outcomeOf(promise) {
  return promise.then(
    ({ accessToken }) => ({ accessToken }),
    ({ code, attempts }) => ({ code: String(code), attempts }),
  );
}

/** The options of a call: a deadline, a Lambda context with the time left (ms), or none. */
function optionsOf({ deadline, left }) {
  if (deadline !== undefined) return { deadline: Date.now() + deadline };
  if (left !== undefined) return { context: { getRemainingTimeInMillis: () => left } };
  return undefined;
}

/** The functions that are called, each on a manager of its own. */
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
  /** Makes `times` calls, `atOnce` at a time. Counts each error code, and 'token'. */
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
  /** Makes calls that overlap. */
  callAll: (calls) => {
    require('jsforce'); // loaded now, or loading would delay the timed calls
    return Promise.all(
      calls.map(async ({ way, config, told }, index) => {
        await sleep(index * APART); // started together, the calls would delay one another
        return timed(() => outcomeOf(WAYS[way](config, optionsOf(told))));
      }),
    );
  },
  clocks: () => ({ wall: Date.now(), monotonic: performance.now() }),
};
