'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const { SalesforceConnectionManager } = require('../..');
const { rejection, timed } = require('../support/rejection');
const { RefreshTokenReader } = require('../../lib/refresh-token/reader.js');
const { stage } = require('./support');

const unavailable = { name: 'SalesforceAuthError', code: 'REFRESH_TOKEN_UNAVAILABLE' };

describe('a getConnection for the refresh token that the function is to read', () => {
  // A second is the budget: half a second of a deadline is the caller's.
  const soon = () => ({ deadline: Date.now() + 1_500 });

  test.each([undefined, 'prod'])('ends typed inside its time, cache key %s', async (cacheKey) => {
    const { org, config, manager } = await stage();
    const { refreshToken: token, ...app } = config;
    await manager.getConnection(app, token, cacheKey);
    const inner = [];
    const ask = async () => {
      const call = manager.getConnection(app, ask, cacheKey, soon());
      inner.push(rejection(call));
      await call;
      return token;
    };
    const { result, took } = await timed(() =>
      rejection(manager.getConnection(app, ask, cacheKey, soon())),
    );
    expect(result).toMatchObject(unavailable);
    expect(await Promise.all(inner)).toEqual([expect.objectContaining(unavailable)]);
    expect(took).toBeLessThan(1_500);
    expect(org.stats().tokenRequests).toBe(1);
  });

  const ways = {
    'at once': async (next) => next(),
    'after a turn': async (next) => {
      await null;
      return next();
    },
    'after a turn of the event loop': (next) => new Promise(setImmediate).then(next),
  };

  test.each([
    ['at once', undefined],
    ['after a turn', 'prod'],
    ['after a turn of the event loop', 'prod'],
  ])('by a new function each time, %s, cache key %s: it does so too', async (way, cacheKey) => {
    const { org, config, manager } = await stage();
    const { refreshToken: token, ...app } = config;
    await manager.getConnection(app, token, 'prod');
    const ask = () =>
      ways[way](async () => {
        await manager.getConnection(app, () => ask(), cacheKey);
        return token;
      });
    const { result, took } = await timed(() =>
      rejection(manager.getConnection(app, ask, cacheKey)),
    );
    expect(result).toMatchObject(unavailable);
    expect(result.cause).toBeUndefined();
    expect(took).toBeLessThan(8_000);
    // Nothing of it is left in the way.
    expect(await manager.getConnection(app, async () => token, 'prod')).toBeDefined();
    expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
  });

  test('by a new function each time, 2 ms a level: the calls stop', async () => {
    const { org, config, manager } = await stage();
    const { refreshToken: token, ...app } = config;
    let calls = 0;
    const ask = async () => {
      calls += 1;
      await sleep(2);
      await manager.getConnection(app, () => ask());
      return token;
    };
    const { result, took } = await timed(() => rejection(manager.getConnection(app, ask)));
    expect(result).toMatchObject(unavailable);
    expect(took).toBeLessThan(1_000);
    expect(calls).toBe(8);
    await sleep(100);
    expect(calls).toBe(8);
    expect(org.stats().tokenRequests).toBe(0);
  });

  test('for another refresh token is welcome', async () => {
    const { org, config, manager } = await stage();
    const { refreshToken: token, ...app } = config;
    const vault = new SalesforceConnectionManager();
    const read = async () => {
      await vault.getConnection(app, async () => org.issueRefreshToken());
      return token;
    };
    expect(await manager.getConnection(app, read)).toBeDefined();
  });
});

test('functions of any number of users may run at a time', async () => {
  const users = 10_001;
  const tokens = await Promise.all(
    Array.from({ length: users }, (_, user) =>
      new RefreshTokenReader(() => sleep(50, `token ${user}`)).token(8_000),
    ),
  );
  expect(new Set(tokens).size).toBe(users);
});
