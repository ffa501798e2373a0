'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const { JWTConnectionManager } = require('../..');
const { startOrgBehind } = require('../support/token-host');

/** Tokens that may be used for 2.7 s, and are renewed in the last fifth of that. */
const SHORT = { expires_in: 3 };

/** @type {JWTConnectionManager} */
let manager;
beforeAll(() => void require('jsforce'));
beforeEach(() => {
  manager = new JWTConnectionManager();
});

/** Calls every few milliseconds; what each call gave, and how long it took. */
async function callFor(ms, call) {
  const calls = [];
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const started = performance.now();
    const got = await call();
    calls.push({ got, took: performance.now() - started });
    await sleep(5);
  }
  return calls;
}

const slowest = (calls) => Math.max(...calls.map(({ took }) => took));

test('a token is renewed before its life is over, and no call waits for it', async () => {
  const DELAY = 100;
  const { org, config } = await startOrgBehind(SHORT);
  const connection = await manager.getConnection(config);
  org.inject({ kind: 'delay', ms: DELAY });
  org.revokeAll(); // so that the next token is another one
  const tokens = new Set();
  const calls = await callFor(3_200, async () => {
    expect(await manager.getConnection(config)).toBe(connection);
    tokens.add(connection.accessToken);
  });
  expect(tokens.size).toBe(2);
  expect(slowest(calls)).toBeLessThan(DELAY * 0.8);
  expect(manager.getCacheStats()).toMatchObject({ misses: 1, mints: 2 });
});

test('fault 20: a server that is down is not felt while the token lives', async () => {
  const { org, config } = await startOrgBehind(SHORT);
  const { accessToken } = await manager.getAccessToken(config);
  org.inject({ kind: 'unavailable' });
  const calls = await callFor(2_500, () => manager.getAccessToken(config));
  expect(new Set(calls.map(({ got }) => got.accessToken))).toEqual(new Set([accessToken]));
  // One attempt in half a minute, without repetition.
  expect(org.stats().tokenRequests).toBeLessThanOrEqual(2);
});
