'use strict';

const { runChild } = require('../support/child');
const { rejection } = require('../support/rejection');
const { ANOTHER, tokenOfAnother } = require('./another-user');
const { QUERY, stage } = require('./support');

/** A place outside the process where the newest refresh token is stored. */
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
  expect(org.stats()).toMatchObject({ tokenRequests: 2, refreshTokenReuses: 0 });
});

test('one call of it serves all who wait', async () => {
  const { org, config, manager } = await stage();
  const { store, stored } = withStore(config);
  await Promise.all(Array.from({ length: 20 }, () => manager.getConnection(stored)));
  expect(store.reads).toBe(1);
  expect(org.stats().tokenRequests).toBe(1);
});

test('it may return the token itself, and not only a promise of it', async () => {
  const { config, manager } = await stage();
  const connection = await manager.getConnection(config, () => config.refreshToken);
  expect((await connection.query(QUERY)).totalSize).toBe(1);
});

describe('another function under a cache key', () => {
  const ask = ({ config, manager }, refreshToken, options) =>
    manager.getConnection(config, refreshToken, 'prod', options);

  test('is called before anything is handed out; each has its own Connection', async () => {
    const given = await stage({ rotation: false });
    const calls = [];
    const named = (name) => () => {
      calls.push(name);
      return given.config.refreshToken;
    };
    const connection = await ask(given, named('first'));
    const second = named('second');
    const next = await ask(given, second);
    expect(next).not.toBe(connection);
    expect(next.accessToken).toBe(connection.accessToken);
    expect(ask(given, second)).toBe(ask(given, second)); // warm again
    given.org.revokeAll();
    await connection.query(QUERY);
    await next.query(QUERY);
    expect(calls).toEqual(['first', 'second', 'first', 'second']);
    expect(given.org.stats().tokenRequests).toBe(2);
  });

  test('that reads another user’s refresh token gets that user’s Connection', async () => {
    const given = await stage();
    const first = () => given.config.refreshToken;
    const other = tokenOfAnother(given.org);
    const second = () => other;
    const connection = await ask(given, first);
    const next = await ask(given, second);
    expect((await next.identity()).username).toBe(ANOTHER);
    expect(await ask(given, second)).toBe(next);
    expect((await connection.identity()).username).toBe(given.org.config.username);
    expect(given.org.stats()).toMatchObject({ tokenRequests: 2, refreshTokenReuses: 0 });
  });

  test('reads what another container stored: the function before is not called again', async () => {
    const given = await stage();
    const store = { token: given.config.refreshToken };
    const first = jest.fn(() => store.token);
    await ask(given, first);
    store.token = given.org.issueRefreshToken();
    const connection = await ask(given, () => store.token);
    expect((await connection.query(QUERY)).totalSize).toBe(1);
    expect(first).toHaveBeenCalledTimes(1);
  });

  test('takes the place of one that never gave a token', async () => {
    const given = await stage();
    const broken = () => Promise.reject(new Error('no such parameter'));
    await rejection(ask(given, broken));
    expect(await ask(given, () => given.config.refreshToken)).toBeDefined();
    const other = tokenOfAnother(given.org);
    const connection = await ask(given, () => other);
    expect((await connection.identity()).username).toBe(ANOTHER);
  });

  test('that fails or hangs is told, and disturbs nobody', async () => {
    const given = await stage();
    const first = () => given.config.refreshToken;
    const connection = await ask(given, first);
    const broken = () => Promise.reject(new Error('no such parameter'));
    const soon = { deadline: Date.now() + 700 };
    const hanging = () => new Promise(() => {});
    for (const asked of [ask(given, broken), ask(given, hanging, soon)]) {
      expect(await rejection(asked)).toHaveProperty('code', 'REFRESH_TOKEN_UNAVAILABLE');
    }
    const leave = new AbortController();
    const left = ask(given, hanging, { signal: leave.signal, deadline: Date.now() + 1_000 });
    leave.abort();
    expect(await rejection(left)).toHaveProperty('code', 'ABORTED');
    expect(await ask(given, first)).toBe(connection);
    given.org.revokeAll();
    expect((await connection.query(QUERY)).totalSize).toBe(1);
    expect(given.org.stats()).toMatchObject({ tokenRequests: 2, refreshTokenReuses: 0 });
  });

  test('written into each of many calls at once: one request', async () => {
    const given = await stage();
    const token = given.config.refreshToken;
    await Promise.all(Array.from({ length: 20 }, () => ask(given, async () => token)));
    expect(given.org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
    expect(given.manager.getCacheStats().total).toBe(1);
  });
});

describe('in a second container', () => {
  test('it reads the token that the first container stored', async () => {
    const { org, config, manager } = await stage();
    const { store, stored } = withStore(config);
    await manager.getConnection(stored);
    expect(store.token).not.toBe(config.refreshToken);
    const { reports } = await runChild(
      `const { config, token } = input;
       const login = { ...config, refreshToken: () => token, onRefreshToken() {} };
       const connection = await load().SalesforceConnectionManager.getInstance().getConnection(login);
       report((await connection.query('${QUERY}')).totalSize);`,
      { input: { config, token: store.token } },
    );
    expect(reports).toEqual([1]);
    expect(org.stats()).toMatchObject({ tokenRequests: 2, refreshTokenReuses: 0 });
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
    expect(org.stats().tokenRequests).toBe(2);
  });

  test('two spent tokens in a row are the end of it', async () => {
    const { org, config, manager } = await stage();
    const spent = [1, 2, 3].map(() => org.issueRefreshToken());
    for (const token of spent) org.revokeRefreshToken(token);
    let reads = 0;
    const error = await rejection(manager.getConnection(config, () => spent[reads++]));
    expect(error).toHaveProperty('code', 'REFRESH_TOKEN_INVALID');
    expect([reads, org.stats().tokenRequests]).toEqual([2, 2]);
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
    expect([reads, org.stats().tokenRequests]).toEqual([2, 1]);
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

  test('after a lost answer it is asked for what another container stored', async () => {
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
    expect(org.stats()).toMatchObject({ tokenRequests: 2, refreshTokenReuses: 0 });
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
    expect(org.stats().tokenRequests).toBe(0);
    read = () => config.refreshToken;
    await expect(manager.getConnection(config, refreshToken)).resolves.toBeDefined();
  });

  test('when it takes longer than the call may; a hanging one delays no later call', async () => {
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

  test('when it asks for the Connection that waits for it: both calls end in time', async () => {
    const { org, config, manager } = await stage();
    const inner = [];
    const refreshToken = () => {
      inner.push(manager.getConnection(config, refreshToken, undefined, soon()));
      return inner[0];
    };
    const soon = () => ({ deadline: Date.now() + 800 });
    const outer = rejection(manager.getConnection(config, refreshToken, undefined, soon()));
    expect(await outer).toHaveProperty('code', 'REFRESH_TOKEN_UNAVAILABLE');
    expect(await rejection(inner[0])).toHaveProperty('code', 'REFRESH_TOKEN_UNAVAILABLE');
    expect(inner).toHaveLength(1);
    expect(org.stats().tokenRequests).toBe(0);
  });

  test('a call without time asks nobody', async () => {
    const { config, manager } = await stage();
    const refreshToken = jest.fn();
    const asked = manager.getConnection(config, refreshToken, undefined, { deadline: Date.now() });
    expect(await rejection(asked)).toHaveProperty('code', 'DEADLINE');
    expect(refreshToken).not.toHaveBeenCalled();
  });
});
