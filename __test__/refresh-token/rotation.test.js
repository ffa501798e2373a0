'use strict';

const { createHash } = require('node:crypto');
const { SalesforceConnectionManager, getAuthError } = require('../..');
const { plant } = require('../../support/canaries');
const { rejection } = require('../support/rejection');
const { QUERY, keeper, listening, stage } = require('./support');

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

describe('onRefreshToken', () => {
  test('is given each new refresh token, with the fingerprint of the one before', async () => {
    const { kept, fingerprints, onRefreshToken } = keeper();
    const { org, config, manager } = await stage();
    const connection = await manager.getConnection({ ...config, onRefreshToken });
    org.revokeAll();
    await connection.query(QUERY);
    expect(kept).toHaveLength(2);
    expect(fingerprints).toEqual([config.refreshToken, kept[0]].map(sha256));
    expect(org.stats()).toMatchObject({ tokenRequests: 2, rotations: 2, refreshTokenReuses: 0 });
  });

  test('is done before anybody gets the access token', async () => {
    const { org, config, manager } = await stage();
    let finish;
    const asked = new Promise((resolve) => {
      finish = { asked: resolve };
    });
    const onRefreshToken = () =>
      new Promise((resolve) => {
        finish.keep = resolve;
        finish.asked();
      });
    const got = [];
    const all = Array.from({ length: 5 }, () =>
      manager.getConnection({ ...config, onRefreshToken }).then((each) => got.push(each)),
    );
    await asked;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(got).toEqual([]);
    finish.keep();
    await Promise.all(all);
    expect(got).toHaveLength(5);
    expect(org.stats().tokenRequests).toBe(1);
  });

  test('is called once for all who wait, whichever function each of them wrote', async () => {
    const calls = [];
    const { config, manager } = await stage();
    const all = Array.from({ length: 20 }, (_, index) =>
      manager.getConnection({ ...config, onRefreshToken: () => calls.push(index) }),
    );
    expect(new Set(await Promise.all(all)).size).toBe(1);
    expect(calls).toHaveLength(1);
  });

  test('is that of the newest call; a call without one takes none away', async () => {
    const [first, second] = [keeper(), keeper()];
    const { org, config, manager } = await stage();
    await manager.getConnection({ ...config, onRefreshToken: first.onRefreshToken });
    const connection = await manager.getConnection({ ...config, ...second });
    expect(await manager.getConnection(config)).toBe(connection);
    org.revokeAll();
    await connection.query(QUERY);
    expect([first.kept.length, second.kept.length]).toEqual([1, 1]);
  });

  test('fault 42: that fails: the call says so with its error as cause, and the next one stores first', async () => {
    const { org, config, manager } = await stage();
    const cause = new Error('the store is down');
    const offered = [];
    const failing = (token) => {
      offered.push(token);
      throw cause;
    };
    const error = await rejection(manager.getConnection({ ...config, onRefreshToken: failing }));
    expect(error).toMatchObject({ code: 'REFRESH_NOT_PERSISTED', retryable: true, cause });
    expect(error.message).toContain('onRefreshToken failed.');
    expect(error.message).not.toContain(cause.message);

    const { kept, onRefreshToken } = keeper();
    const connection = await manager.getConnection({ ...config, onRefreshToken });
    expect(kept).toEqual(offered);
    expect((await connection.query(QUERY)).totalSize).toBe(1);
    expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
  });

  test('that fails: all who wait hear it, one of them the cause', async () => {
    const { org, config, manager } = await stage();
    const onRefreshToken = () => Promise.reject(new Error('the store is down'));
    const all = Array.from({ length: 10 }, () =>
      rejection(manager.getConnection({ ...config, onRefreshToken })),
    );
    const errors = await Promise.all(all);
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['REFRESH_NOT_PERSISTED']));
    expect(errors.filter(({ cause }) => cause !== undefined)).toHaveLength(1);
    expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
  });

  test('fault 42: that takes longer than keepTimeout: the call says so, and a late success counts', async () => {
    const { org, config, manager } = await stage();
    let keep;
    const slow = { keepTimeout: 0.1, onRefreshToken: () => new Promise((done) => (keep = done)) };
    const error = await rejection(manager.getConnection({ ...config, ...slow }));
    expect(error).toMatchObject({ code: 'REFRESH_NOT_PERSISTED', retryable: true });
    expect(error.message).toContain('onRefreshToken did not finish within 0.1 s.');
    expect(error.cause).toBeUndefined();

    keep();
    await new Promise(setImmediate);
    const { kept, onRefreshToken } = keeper();
    await manager.getConnection({ ...config, onRefreshToken });
    expect(kept).toEqual([]); // it is stored already
    expect(org.stats().tokenRequests).toBe(1);
  });

  test('continues when the call has no more time, and calls with time get what it stored', async () => {
    const { org, config, manager } = await stage();
    let keep;
    const onRefreshToken = jest.fn(() => new Promise((done) => (keep = done)));
    const slow = { ...config, onRefreshToken, keepTimeout: 30 };
    const hurried = manager.getConnection(slow, undefined, undefined, {
      deadline: Date.now() + 1_000,
    });
    const patient = manager.getConnection(slow);
    expect(await rejection(hurried)).toMatchObject({ code: 'DEADLINE', retryable: true });
    keep();
    expect((await (await patient).query(QUERY)).totalSize).toBe(1);
    expect(onRefreshToken).toHaveBeenCalledTimes(1);
    expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
  });

  test('may take longer than a call: a later one gets what it stored', async () => {
    const { org, config, manager } = await stage();
    let keep;
    const onRefreshToken = jest.fn(() => new Promise((done) => (keep = done)));
    const slow = { ...config, onRefreshToken, keepTimeout: 30 };
    for (let time = 0; time < 2; time += 1) {
      const soon = { deadline: Date.now() + 1_500 };
      const error = await rejection(manager.getConnection(slow, undefined, undefined, soon));
      expect(error).toHaveProperty('code', 'DEADLINE');
    }
    keep();
    expect(await manager.getConnection(slow)).toBeDefined();
    expect(onRefreshToken).toHaveBeenCalledTimes(1);
    expect(org.stats().tokenRequests).toBe(1);
  });

  test('that fails after somebody else has stored the token fails no call', async () => {
    const { org, config, manager } = await stage();
    const calls = [];
    const slow = {
      keepTimeout: 0.1,
      onRefreshToken: (token) =>
        new Promise((keep, fail) => {
          plant('a new refresh token', token);
          calls.push({ keep, fail });
        }),
    };
    await rejection(manager.getConnection({ ...config, ...slow }));
    const patient = manager.getConnection({ ...config, ...slow, keepTimeout: 5 });
    while (calls.length < 2) await new Promise(setImmediate);
    calls[0].keep(); // late, and it counts
    await new Promise(setImmediate);
    calls[1].fail(new Error('it is there already'));
    expect((await (await patient).query(QUERY)).totalSize).toBe(1);
    expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
  });

  test('continues when its caller leaves', async () => {
    const { kept, onRefreshToken } = keeper();
    const { org, config, manager } = await stage({ delay: 100 });
    const leave = new AbortController();
    const call = manager.getConnection({ ...config, onRefreshToken }, undefined, undefined, {
      signal: leave.signal,
    });
    setImmediate(() => leave.abort());
    expect(await rejection(call)).toHaveProperty('code', 'ABORTED');
    await manager.getConnection(config);
    expect(kept).toHaveLength(1);
    expect(org.stats().tokenRequests).toBe(1);
  });

  test('fault 42: that fails during a 401: the query fails with the typed error, and heals later', async () => {
    let isUp = true;
    const onRefreshToken = async () => {
      if (!isUp) throw new Error('the store is down');
    };
    const { org, config, manager } = await stage();
    const connection = await manager.getConnection({ ...config, onRefreshToken });
    isUp = false;
    org.revokeAll();
    const wrapper = await rejection(connection.query(QUERY));
    const error = getAuthError(wrapper, connection);
    expect(error).toMatchObject({ code: 'REFRESH_NOT_PERSISTED' });
    expect(error.cause).toHaveProperty('message', 'the store is down');
    isUp = true;
    expect((await connection.query(QUERY)).totalSize).toBe(1);
    expect(org.stats()).toMatchObject({ tokenRequests: 2, refreshTokenReuses: 0 });
  });
});

test('a keepTimeout beyond 1000 s is refused before anything is sent', async () => {
  const { org, config, manager } = await stage();
  for (const keepTimeout of [1_000.1, 30 * 24 * 3_600]) {
    const error = await rejection(manager.getConnection({ ...config, keepTimeout }));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', option: 'keepTimeout' });
  }
  expect(org.stats().tokenRequests).toBe(0);
  expect(await manager.getConnection({ ...config, keepTimeout: 1_000 })).toBeDefined();
});

test('of two callers that wait, the one that can store is asked', async () => {
  const { kept, onRefreshToken } = keeper();
  const { org, config } = await stage();
  const manager = new SalesforceConnectionManager(); // nobody listens to it
  await Promise.all([
    manager.getConnection(config),
    manager.getConnection({ ...config, version: '60.0', onRefreshToken }),
  ]);
  expect(kept).toHaveLength(1);
  expect(org.stats().tokenRequests).toBe(1);
});

test('a call with the first refresh token, or any that followed, gets the current grant', async () => {
  const { kept, onRefreshToken } = keeper();
  const { org, config, manager } = await stage();
  const connection = await manager.getConnection({ ...config, onRefreshToken });
  for (let time = 0; time < 3; time += 1) {
    org.revokeAll();
    await connection.query(QUERY);
  }
  for (const token of [config.refreshToken, ...kept]) {
    const other = await listening().getConnection(config, token);
    expect((await other.query(QUERY)).totalSize).toBe(1);
  }
  expect(org.stats()).toMatchObject({ refreshTokenReuses: 0, familiesRevoked: 0 });
});

test('without rotation nothing must be stored, and the same refresh token is used again', async () => {
  const { kept, onRefreshToken } = keeper();
  const { org, config, manager } = await stage({ rotation: false });
  const connection = await manager.getConnection({ ...config, onRefreshToken });
  org.revokeAll();
  await connection.query(QUERY);
  expect(kept).toEqual([]);
  expect(org.stats()).toMatchObject({ tokenRequests: 2, rotations: 0 });
});
