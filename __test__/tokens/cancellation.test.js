'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const { JWTConnectionManager, SalesforceAuthError } = require('../..');
const { startOrg } = require('../support/orgs');
const { rejection, timed } = require('../support/rejection');

const METHODS = ['getConnection', 'getAccessToken'];

/** @type {JWTConnectionManager} */
let manager;
// Loading it would delay the calls that are timed.
beforeAll(() => void require('jsforce'));
beforeEach(() => {
  manager = new JWTConnectionManager();
});

describe.each(METHODS)('a signal of %s', (method) => {
  test('that was aborted before rejects, and nothing is sent', async () => {
    const org = await startOrg();
    const reason = new Error('shutting down');
    const signal = AbortSignal.abort(reason);
    const error = await rejection(manager[method](org.config, { signal }));
    expect(error).toBeInstanceOf(SalesforceAuthError);
    expect(error).toMatchObject({ code: 'ABORTED', name: 'AbortError', retryable: false });
    expect(error.cause).toBe(reason);
    expect(String(error)).toMatch(/^AbortError: \[ABORTED\] /);
    expect(org.stats().tokenRequests).toBe(0);
  });

  test('that was aborted before rejects even if the token is there', async () => {
    const org = await startOrg();
    await manager[method](org.config);
    const asked = manager[method](org.config, { signal: AbortSignal.abort() });
    expect(await rejection(asked)).toHaveProperty('cause.name', 'AbortError');
    await expect(manager[method](org.config)).resolves.toBeDefined();
  });

  test('fault 26: rejects its own call at once; others wait on, for the one request', async () => {
    const org = await startOrg({ delay: 600 });
    const controller = new AbortController();
    const { signal } = controller;
    const start = performance.now();
    // The one that leaves is the one that began it.
    const leaving = rejection(manager[method](org.config, { signal }));
    const staying = [manager[method](org.config), manager[method](org.config, {})];
    await sleep(50);
    controller.abort('gone');
    expect(await leaving).toMatchObject({ code: 'ABORTED', cause: 'gone' });
    expect(performance.now() - start).toBeLessThan(550);
    for (const each of await Promise.all(staying)) expect(each).toHaveProperty('accessToken');
    expect(org.stats().tokenRequests).toBe(1);
  });

  test('that fires later does nothing, and leaves no listener', async () => {
    const org = await startOrg();
    const controller = new AbortController();
    const { signal } = controller;
    const added = jest.spyOn(signal, 'addEventListener');
    const removed = jest.spyOn(signal, 'removeEventListener');
    const result = await manager[method](org.config, { signal });
    controller.abort();
    expect(result).toHaveProperty('accessToken');
    await sleep(0);
    expect(removed.mock.calls).toEqual(added.mock.calls);
    expect(added).toHaveBeenCalledTimes(1);
  });

  test('whose call fails otherwise leaves no listener either', async () => {
    const org = await startOrg();
    org.inject({ kind: 'oauth-error', error: 'inactive_org' });
    const { signal } = new AbortController();
    const removed = jest.spyOn(signal, 'removeEventListener');
    const error = await rejection(manager[method](org.config, { signal }));
    expect(error.code).toBe('ORG_INACTIVE');
    await sleep(0);
    expect(removed).toHaveBeenCalledTimes(1);
  });
});

describe.each([
  ['deadline', (left) => ({ deadline: Date.now() + left })],
  ['context', (left) => ({ context: { getRemainingTimeInMillis: () => left } })],
])('%s', (_, within) => {
  test.each([-1_000, 0, 500, 799])('fault 54: with %i ms left: nothing is sent', async (left) => {
    const org = await startOrg();
    const asked = () => rejection(manager.getAccessToken(org.config, within(left)));
    const { result, took } = await timed(asked);
    expect(result).toMatchObject({ code: 'DEADLINE', retryable: true, attempts: 0 });
    expect(took).toBeLessThan(200);
    expect(org.stats().tokenRequests).toBe(0);
  });

  test('that has passed does not matter if the token is there', async () => {
    const org = await startOrg();
    const token = await manager.getAccessToken(org.config);
    expect(await manager.getAccessToken(org.config, within(-1_000))).toBe(token);
    expect(await manager.getConnection(org.config, within(-1_000))).toBeDefined();
  });

  test('ends the call half a second before; the request continues, the next call is warm', async () => {
    const org = await startOrg({ delay: 800 });
    const asked = () => rejection(manager.getAccessToken(org.config, within(900)));
    const { result, took } = await timed(asked);
    expect(result).toMatchObject({ code: 'DEADLINE', retryable: true });
    expect(took).toBeGreaterThan(380);
    expect(took).toBeLessThan(700);
    while (manager.getCacheStats().inFlight > 0) await sleep(10);
    expect(manager.getCacheStats()).toMatchObject({ valid: 1, mints: 1 });
    expect(await manager.getAccessToken(org.config, within(-1_000))).toHaveProperty('accessToken');
    expect(org.stats().tokenRequests).toBe(1);
  });

  test('of one caller does not shorten another’s', async () => {
    const org = await startOrg({ delay: 500 });
    const hasty = rejection(manager.getAccessToken(org.config, within(850)));
    const patient = manager.getAccessToken(org.config);
    expect(await hasty).toHaveProperty('code', 'DEADLINE');
    expect(await patient).toHaveProperty('accessToken');
    expect(org.stats().tokenRequests).toBe(1);
  });
});

test('a deadline that is a duration is refused, on a warm call too', async () => {
  const { config } = await startOrg();
  for (const deadline of [1, 5_000, 900_000]) {
    const error = await rejection(manager.getAccessToken(config, { deadline }));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', option: 'deadline' });
    expect(error.message).toContain('Date.now() + 5000');
    await manager.getAccessToken(config, { deadline: Date.now() + 5_000 });
  }
});

test('of deadline and context the earlier one counts, and eight seconds are the most', async () => {
  const org = await startOrg();
  const context = { getRemainingTimeInMillis: () => 900_000 };
  const late = Date.now() + 900_000;
  for (const options of [
    { context, deadline: 0 },
    { context: { getRemainingTimeInMillis: () => 0 }, deadline: late },
  ]) {
    const error = await rejection(manager.getAccessToken(org.config, options));
    expect(error.code).toBe('DEADLINE');
  }
  // Retry-After beyond the budget of eight seconds is not waited for, however late the deadline.
  org.inject({ kind: 'unavailable', retryAfter: 9 });
  const asked = () => rejection(manager.getAccessToken(org.config, { context, deadline: late }));
  const { result, took } = await timed(asked);
  expect(result).toMatchObject({ code: 'SERVER_UNAVAILABLE', retryAfterMs: 9_000, attempts: 1 });
  expect(took).toBeLessThan(500);
});

test('getRemainingTimeInMillis is called as a method of the context', async () => {
  const org = await startOrg();
  class Context {
    left = 10_000;
    getRemainingTimeInMillis() {
      return this.left;
    }
  }
  const token = manager.getAccessToken(org.config, { context: new Context() });
  await expect(token).resolves.toBeDefined();
});

test('fifty calls may share a signal without a warning of Node.js', async () => {
  const org = await startOrg({ delay: 50 });
  const warned = jest.fn();
  process.on('warning', warned);
  const controller = new AbortController();
  const { signal } = controller;
  const asked = Array.from({ length: 50 }, () =>
    rejection(new JWTConnectionManager().getAccessToken(org.config, { signal })),
  );
  controller.abort();
  for (const error of await Promise.all(asked)) expect(error).toHaveProperty('code', 'ABORTED');
  await new Promise(setImmediate);
  process.off('warning', warned);
  expect(warned).not.toHaveBeenCalled();
});

test('a signal that cannot be listened to rejects with what it threw, and is tried again', async () => {
  const org = await startOrg({ delay: 600 });
  const controller = new AbortController();
  const { signal } = controller;
  const boom = new Error('boom');
  jest.spyOn(signal, 'addEventListener').mockImplementationOnce(() => {
    throw boom;
  });
  expect(await rejection(manager.getAccessToken(org.config, { signal }))).toBe(boom);
  const asked = rejection(manager.getAccessToken(org.config, { signal }));
  controller.abort();
  expect(await asked).toMatchObject({ name: 'AbortError', code: 'ABORTED' });
});
