'use strict';

const { AsyncLocalStorage } = require('node:async_hooks');
const { setTimeout: sleep } = require('node:timers/promises');
const { SalesforceConnectionManager, getAuthError } = require('../..');
const { runChild } = require('../support/child');
const { rejection } = require('../support/rejection');
const { ANOTHER, tokenOfAnother } = require('./another-user');
const { QUERY, keeper, stage } = require('./support');

const misread = { name: 'ConfigurationError', code: 'CONFIG_INVALID', option: 'refreshToken' };

/** An org with two users, and the refresh tokens of both. */
async function twoUsers(options) {
  const { org, config, manager } = await stage(options);
  const { refreshToken: own, ...app } = config;
  return { org, app, manager, own, other: tokenOfAnother(org), username: org.config.username };
}

/** Whose Connection it is; jsforce renews for the query and not for the identity. */
async function userOf(connection) {
  await connection.query(QUERY);
  return (await connection.identity()).username;
}

describe('another refresh token under a cache key takes its place', () => {
  const others = {
    'a string': (token) => token,
    'a function': (token) => () => token,
  };

  for (const first of Object.keys(others)) {
    test.each(Object.keys(others))(
      `from ${first} to %s: each user has a Connection, and the first one still works`,
      async (second) => {
        const { org, app, manager, own, other, username } = await twoUsers();
        const ask = (refreshToken) => manager.getConnection(app, refreshToken, 'prod');
        const sources = [others[first](own), others[second](other)];
        const connection = await ask(sources[0]);
        const next = await ask(sources[1]);
        expect(next).not.toBe(connection);
        expect(await ask(sources[1])).toBe(next);
        expect(manager.getCacheStats().total).toBe(1);
        org.revokeAll();
        expect(await userOf(connection)).toBe(username);
        expect(await userOf(next)).toBe(ANOTHER);
        expect(await userOf(await ask(sources[0]))).toBe(username);
        expect(org.stats()).toMatchObject({ tokenRequests: 4, refreshTokenReuses: 0 });
      },
    );

    test.each(Object.keys(others))(
      `from ${first} to %s: another approval of the same user is another Connection`,
      async (second) => {
        const { org, app, manager, own, username } = await twoUsers();
        const ask = (refreshToken) => manager.getConnection(app, refreshToken, 'prod');
        const connection = await ask(others[first](own));
        const source = others[second](org.issueRefreshToken());
        const next = await ask(source);
        expect(next.accessToken).not.toBe(connection.accessToken);
        expect(manager.getCacheStats().total).toBe(1);
        org.revokeRefreshToken(own); // the key has the newer one by now
        org.revokeAll();
        expect(await userOf(next)).toBe(username);
        expect(await ask(source)).toBe(next);
        expect(org.stats().refreshTokenReuses).toBe(0);
      },
    );
  }

  test('functions that read what the call is about: each call gets its own user', async () => {
    const { app, manager, own, other, username } = await twoUsers();
    const store = { own, other };
    const tenant = new AsyncLocalStorage();
    const ask = (who) =>
      tenant.run(who, () =>
        manager.getConnection(app, async () => store[tenant.getStore()], 'prod'),
      );
    for (const who of ['own', 'other', 'own']) {
      expect(await userOf(await ask(who))).toBe(who === 'own' ? username : ANOTHER);
    }
  });

  test('the function of before is not called any more', async () => {
    const { org, app, manager, own } = await twoUsers();
    const first = jest.fn(() => own);
    await manager.getConnection(app, first, 'prod');
    const approved = org.issueRefreshToken();
    await manager.getConnection(app, () => approved, 'prod');
    expect(first).toHaveBeenCalledTimes(1);
  });

  test('a refresh token that the server refuses is refused as such', async () => {
    const { org, app, manager, own } = await twoUsers();
    const connection = await manager.getConnection(app, own, 'prod');
    const ended = org.issueRefreshToken();
    org.revokeRefreshToken(ended);
    const error = await rejection(manager.getConnection(app, ended, 'prod'));
    expect(error).toMatchObject({ code: 'REFRESH_TOKEN_INVALID', attempts: 1 });
    expect(await manager.getConnection(app, own, 'prod')).toBe(connection);
    expect(org.stats().tokenRequests).toBe(2);
  });

  test.each(Object.keys(others))('after a failure another gets its own, %s', async (kind) => {
    const { org, app, manager, own, other, username } = await twoUsers();
    const ask = (token) => manager.getConnection(app, others[kind](token), 'prod');
    org.revokeRefreshToken(own);
    await rejection(ask(own));
    expect(await userOf(await ask(org.issueRefreshToken()))).toBe(username);
    expect(await userOf(await ask(other))).toBe(ANOTHER);
  });

  test.each([
    [60, 50],
    [50, 60],
    [0, 0],
  ])('first calls that meet, after %i and %i ms, get their own user', async (one, two) => {
    const { app, manager, own, other, username } = await twoUsers({ rotation: true });
    const stores = [
      { token: own, after: one },
      { token: other, after: two },
    ];
    const calls = stores.map((store) => ({
      ...app,
      refreshToken: () => sleep(store.after, store.token),
      onRefreshToken: (token) => {
        store.token = token;
      },
    }));
    const ask = (call) => manager.getConnection(call, undefined, 'prod');
    const users = [username, ANOTHER];
    for (let round = 0; round < 2; round += 1) {
      const met = await Promise.all(calls.map(ask));
      for (const [index, connection] of met.entries()) {
        expect((await connection.identity()).username).toBe(users[index]);
      }
    }
    // Each store holds the token of its own user.
    for (const [index, { token }] of stores.entries()) {
      const apart = new SalesforceConnectionManager();
      const connection = await apart.getConnection({ ...calls[index], refreshToken: token });
      expect((await connection.identity()).username).toBe(users[index]);
    }
  });

  test('a string that another container has rotated is used, and both Connections work', async () => {
    const { kept, onRefreshToken } = keeper();
    const { org, app, manager, own } = await twoUsers();
    const connection = await manager.getConnection({ ...app, onRefreshToken }, own, 'prod');
    const { reports } = await runChild(
      `const login = { ...input, onRefreshToken: report };
       load().SalesforceConnectionManager.getInstance().getConnection(login);`,
      { input: { ...app, refreshToken: kept[0] } },
    );
    const ask = () => manager.getConnection({ ...app, onRefreshToken }, reports[0], 'prod');
    const next = await ask();
    expect(kept).toHaveLength(2);
    expect((await connection.query(QUERY)).totalSize).toBe(1);
    expect((await next.query(QUERY)).totalSize).toBe(1);
    expect(await ask()).toBe(next);
    expect(org.stats()).toMatchObject({ tokenRequests: 3, refreshTokenReuses: 0 });
  });
});

describe('one function object that reads another user’s refresh token later', () => {
  test.each([undefined, 'prod'])(
    'cache key %s: the Connection ends in a typed error',
    async (key) => {
      const { org, app, manager, own, other, username } = await twoUsers();
      const store = { token: own };
      const refreshToken = () => store.token;
      const connection = await manager.getConnection(app, refreshToken, key);
      store.token = other;
      org.revokeAll();
      const error = getAuthError(await rejection(connection.query(QUERY)), connection);
      expect(error).toMatchObject(misread);
      expect(await rejection(manager.getConnection(app, refreshToken, key))).toMatchObject(misread);
      store.token = own;
      expect(await userOf(connection)).toBe(username);
      expect(org.stats().refreshTokenReuses).toBe(0);
    },
  );

  test('while the first access token is awaited: the user who comes first stays', async () => {
    const { app, manager, own, other } = await twoUsers({ delay: 200 });
    const reads = [own, other];
    const refreshToken = () => reads.shift();
    const first = manager.getConnection(app, refreshToken);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const second = rejection(manager.getConnection(app, refreshToken));
    const connection = await first;
    expect(await second).toMatchObject(misread);
    expect(connection.userInfo).toMatchObject({ url: (await connection.identity()).id });
  });

  test('another approval of the same user works', async () => {
    const { org, app, manager, own, username } = await twoUsers();
    const store = { token: own };
    const connection = await manager.getConnection(app, () => store.token);
    store.token = org.issueRefreshToken();
    org.revokeAll();
    expect(await userOf(connection)).toBe(username);
    expect(org.stats().refreshTokenReuses).toBe(0);
  });
});
