'use strict';

const { SalesforceConnectionManager } = require('../..');
const { rejection } = require('../support/rejection');
const { QUERY, stage } = require('./support');

/** A place outside the process where the newest refresh token is kept. */
function storeOf(first) {
  const store = { token: first, reads: 0 };
  store.refreshToken = async () => {
    store.reads += 1;
    return store.token;
  };
  store.onRefreshToken = async (token) => {
    store.token = token;
  };
  return store;
}

/** `config` with a store in place of the refresh token. */
function withStore(config) {
  const store = storeOf(config.refreshToken);
  const { refreshToken, onRefreshToken } = store;
  return { store, stored: { ...config, refreshToken, onRefreshToken } };
}

test('it is called when a token is needed, and not on a warm call', async () => {
  const { org, config, manager } = await stage();
  const { store, stored } = withStore(config);
  const connection = await manager.getConnection(stored);
  for (let time = 0; time < 5; time += 1) {
    expect(await manager.getConnection(stored)).toBe(connection);
  }
  expect(store.reads).toBe(1);
  org.revokeAll();
  await connection.query(QUERY);
  expect(store.reads).toBe(2);
  expect(org.stats()).toMatchObject({ exchanges: 2, refreshTokenReuses: 0 });
});

test('one call of it serves all who wait', async () => {
  const { org, config, manager } = await stage();
  const { store, stored } = withStore(config);
  await Promise.all(Array.from({ length: 20 }, () => manager.getConnection(stored)));
  expect(store.reads).toBe(1);
  expect(org.stats().exchanges).toBe(1);
});

test('it may return the token itself, and not only a promise of it', async () => {
  const { config, manager } = await stage();
  const connection = await manager.getConnection(config, () => config.refreshToken);
  expect((await connection.query(QUERY)).totalSize).toBe(1);
});

test('under a cache key any function will do; the newest counts', async () => {
  const { org, config, manager } = await stage({ rotation: false });
  const calls = [];
  const ask = (name) =>
    manager.getConnection(
      config,
      () => {
        calls.push(name);
        return config.refreshToken;
      },
      'prod',
    );
  expect(await ask('first')).toBe(await ask('second'));
  org.revokeAll();
  await (await ask('third')).query(QUERY);
  expect(calls).toEqual(['first', 'third']);
});

describe('in a second container', () => {
  /** Another process would know nothing of what this one did; forgetting comes to the same. */
  const forgotten = (manager, config, store) => {
    manager.forgetRefreshToken(config, store.token);
    return new SalesforceConnectionManager();
  };

  test('it reads the token that the first container kept', async () => {
    const { org, config, manager } = await stage();
    const { store, stored } = withStore(config);
    await manager.getConnection(stored);
    expect(store.token).not.toBe(config.refreshToken);
    const second = forgotten(manager, config, store);
    expect(await second.getConnection(stored)).toBeDefined();
    expect(org.stats()).toMatchObject({ exchanges: 2, refreshTokenReuses: 0 });
  });

  test('it is called once more when its token is spent, and that one is tried once', async () => {
    const { org, config, manager } = await stage();
    const spent = org.issueRefreshToken();
    org.revokeRefreshToken(spent);
    let reads = 0;
    const refreshToken = () => {
      reads += 1;
      return reads === 1 ? spent : config.refreshToken;
    };
    const connection = await manager.getConnection(config, refreshToken);
    expect((await connection.query(QUERY)).totalSize).toBe(1);
    expect(reads).toBe(2);
    expect(org.stats().exchanges).toBe(2);
  });

  test('two spent tokens in a row are the end of it', async () => {
    const { org, config, manager } = await stage();
    const spent = [1, 2, 3].map(() => org.issueRefreshToken());
    for (const token of spent) org.revokeRefreshToken(token);
    let reads = 0;
    const error = await rejection(manager.getConnection(config, () => spent[reads++]));
    expect(error).toHaveProperty('code', 'REFRESH_TOKEN_INVALID');
    expect([reads, org.stats().exchanges]).toEqual([2, 2]);
  });

  test('the same token again is not tried again', async () => {
    const { org, config, manager } = await stage();
    org.revokeRefreshToken(config.refreshToken);
    let reads = 0;
    const refreshToken = () => {
      reads += 1;
      return config.refreshToken;
    };
    const error = await rejection(manager.getConnection(config, refreshToken));
    expect(error).toHaveProperty('code', 'REFRESH_TOKEN_INVALID');
    expect([reads, org.stats().exchanges]).toEqual([2, 1]);
  });

  test('if it fails then, the answer that came before is told', async () => {
    const { org, config, manager } = await stage();
    org.revokeRefreshToken(config.refreshToken);
    let reads = 0;
    const refreshToken = () => {
      reads += 1;
      if (reads > 1) throw new Error('the store is down');
      return config.refreshToken;
    };
    const error = await rejection(manager.getConnection(config, refreshToken));
    expect(error).toMatchObject({ code: 'REFRESH_TOKEN_INVALID', attempts: 1 });
    expect(reads).toBe(2);
  });

  test('after a lost answer it is asked for what another container kept', async () => {
    const { org, config, manager } = await stage();
    const other = org.issueRefreshToken();
    let reads = 0;
    const refreshToken = () => {
      reads += 1;
      return reads === 1 ? config.refreshToken : other;
    };
    org.inject({ kind: 'lost-after-commit' }, { times: 1 });
    const connection = await manager.getConnection(config, refreshToken);
    expect((await connection.query(QUERY)).totalSize).toBe(1);
    expect(org.stats()).toMatchObject({ exchanges: 2, refreshTokenReuses: 0 });
  });
});

describe('REFRESH_TOKEN_UNAVAILABLE', () => {
  const cause = new Error('no such parameter');
  test.each([
    ['throws', () => { throw cause; }, 'failed.', cause], // biome-ignore format: a table
    ['rejects', () => Promise.reject(cause), 'failed.', cause],
    ['gives nothing', async () => undefined, 'did not return a string.', undefined],
    ['gives an object', () => ({ token: 'x' }), 'did not return a string.', undefined],
  ])('when it %s; the next call asks again', async (_, broken, what, expected) => {
    const { org, config, manager } = await stage();
    let read = broken;
    const refreshToken = () => read();
    const error = await rejection(manager.getConnection(config, refreshToken));
    expect(error).toMatchObject({
      code: 'REFRESH_TOKEN_UNAVAILABLE',
      retryable: true,
      attempts: 0,
    });
    expect(error.message).toContain(`The function refreshToken ${what}`);
    expect(error.cause).toBe(expected);
    expect(error.message).not.toContain(cause.message);
    expect(org.stats().exchanges).toBe(0);
    read = () => config.refreshToken;
    await expect(manager.getConnection(config, refreshToken)).resolves.toBeDefined();
  });

  test('when it takes longer than the call may; a hanging one holds up nobody later', async () => {
    const { config, manager } = await stage();
    const hang = new Promise(() => {});
    let reads = 0;
    const refreshToken = () => {
      reads += 1;
      return reads === 1 ? hang : config.refreshToken;
    };
    const options = { deadline: Date.now() + 700 };
    const error = await rejection(manager.getConnection(config, refreshToken, undefined, options));
    expect(error).toHaveProperty('code', 'REFRESH_TOKEN_UNAVAILABLE');
    expect(error.message).toMatch(/did not finish within 0\.\d s\./);
    await expect(manager.getConnection(config, refreshToken)).resolves.toBeDefined();
  });

  test('a call without time asks nobody', async () => {
    const { config, manager } = await stage();
    const refreshToken = jest.fn();
    const asked = manager.getConnection(config, refreshToken, undefined, { deadline: Date.now() });
    expect(await rejection(asked)).toHaveProperty('code', 'DEADLINE');
    expect(refreshToken).not.toHaveBeenCalled();
  });
});
