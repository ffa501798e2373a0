'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const { JWTConnectionManager } = require('../..');
const { startOrg } = require('../support/orgs');
const { rejection } = require('../support/rejection');
const { startOrgBehind } = require('../support/token-host');

const QUERY = 'SELECT Id FROM Account LIMIT 1';

/** @type {JWTConnectionManager} */
let manager;
// Loading it takes longer than the tokens below live.
beforeAll(() => void require('jsforce'));
beforeEach(() => {
  manager = new JWTConnectionManager();
});

/** A token that is a JWT; nobody checks its signature. */
const jwt = (claims) =>
  [{ alg: 'RS256' }, claims, 'signature']
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');

/** Waits until a token is past its life. */
const untilExpired = async ({ expiresAt }) => sleep(Math.max(0, expiresAt - Date.now()) + 20);

describe('a token whose life is over', () => {
  /** Tokens that may be used for 0.54 s: nine tenths of what the server grants. */
  const SHORT = { expires_in: 0.6 };

  test('is renewed underneath: the same Connection carries the new one', async () => {
    const { org, extra, config } = await startOrgBehind(SHORT);
    const connection = await manager.getConnection(config);
    const old = await manager.getAccessToken(config);
    org.revokeAll();
    await untilExpired(old);
    extra.fields = {};

    expect(await manager.getConnection(config)).toBe(connection);
    expect(connection.accessToken).not.toBe(old.accessToken);
    expect(connection.accessToken).toBe((await manager.getAccessToken(config)).accessToken);
    expect(await connection.query(QUERY)).toHaveProperty('totalSize', 1);
    expect(org.stats()).toMatchObject({ tokenRequests: 2, rejected401: 0 });
  });

  test('is renewed underneath by getAccessToken and by a fresh Connection too', async () => {
    const { org, config } = await startOrgBehind(SHORT);
    const connection = await manager.getConnection(config);
    org.revokeAll();
    await untilExpired(await manager.getAccessToken(config));
    const { accessToken } = await manager.getAccessToken(config);
    expect(connection.accessToken).toBe(accessToken);
    org.revokeAll();
    await untilExpired(await manager.getAccessToken(config));
    const fresh = await manager.getConnection(config, { fresh: true });
    expect(fresh.accessToken).not.toBe(accessToken);
    expect(connection.accessToken).toBe(fresh.accessToken);
  });

  test('is not set on a Connection that carries a token of the caller’s', async () => {
    const { config } = await startOrgBehind(SHORT);
    const connection = await manager.getConnection(config);
    connection.accessToken = 'the caller’s';
    await untilExpired(await manager.getAccessToken(config));
    await manager.getAccessToken(config);
    expect(connection.accessToken).toBe('the caller’s');
  });

  test('is not set on a Connection at an instance URL of the caller’s', async () => {
    const { org, config } = await startOrgBehind(SHORT);
    const connection = await manager.getConnection(config);
    const { accessToken } = connection;
    org.revokeAll();
    connection.instanceUrl = 'https://callers.my.salesforce.com';
    await untilExpired(await manager.getAccessToken(config));
    expect((await manager.getAccessToken(config)).accessToken).not.toBe(accessToken);
    expect(connection).toMatchObject({
      accessToken,
      instanceUrl: 'https://callers.my.salesforce.com',
    });
  });

  test('takes along the instance URL of an org that moved', async () => {
    const { org, extra, config } = await startOrgBehind(SHORT);
    const connection = await manager.getConnection(config);
    await untilExpired(await manager.getAccessToken(config));
    extra.fields = {};
    org.setInstanceUrl('https://acme2.my.salesforce.com');
    await manager.getConnection(config);
    expect(connection.instanceUrl).toBe('https://acme2.my.salesforce.com');
  });

  test('is counted as expired until it is cleared, and clearing says exactly how many', async () => {
    const { config, extra } = await startOrgBehind(SHORT);
    const short = await manager.getAccessToken(config);
    extra.fields = { expires_in: 100 };
    await manager.getAccessToken({ ...config, tokenTtl: 300 });
    const count = () => {
      const { total, valid, expired } = manager.getCacheStats();
      return { total, valid, expired };
    };
    await untilExpired(short);
    expect(count()).toEqual({ total: 2, valid: 1, expired: 1 });
    expect(manager.clearExpiredTokens()).toBe(1);
    expect(count()).toEqual({ total: 1, valid: 1, expired: 0 });
    expect(manager.clearExpiredTokens()).toBe(0);
    expect(manager.clearAllTokens()).toBe(1);
    expect(count()).toEqual({ total: 0, valid: 0, expired: 0 });
  });

  test('has the life that the server grants, less a tenth, if that is shorter', async () => {
    const { config, extra } = await startOrgBehind({ expires_in: 60 });
    const life = async (tokenTtl) => {
      const asked = Date.now();
      const { expiresAt } = await manager.getAccessToken({ ...config, tokenTtl });
      return Math.floor((expiresAt - asked) / 1000);
    };
    expect(await life()).toBe(54);
    extra.fields = { expires_in: 7200 };
    expect([await life(200), await life('session')]).toEqual([170, 3270]);
    extra.fields = {};
    expect(await life(181)).toBe(151);
  });

  test.each([
    ['exp of a token that is a JWT', {}, 1_000],
    ['expires_in, which is shorter', { expires_in: 100 }, 100],
  ])('fault 75: has the life of %s', async (_, fields, seconds) => {
    const { config, extra } = await startOrgBehind(fields);
    const asked = Math.floor(Date.now() / 1000);
    extra.fields.access_token = jwt({ sub: 'robot', exp: asked + 1_000 });
    const { expiresAt } = await manager.getAccessToken({ ...config, tokenTtl: 'session' });
    const life = expiresAt / 1000 - asked;
    const buffer = Math.min(30, seconds / 10);
    // The server's clock is told in whole seconds.
    expect(life).toBeGreaterThan(seconds - buffer - 2);
    expect(life).toBeLessThanOrEqual(seconds - buffer + 1);
  });

  test('an exp later than the configured life, or one that cannot be read, changes nothing', async () => {
    const { config, extra } = await startOrgBehind({});
    for (const [index, exp] of [9e9, 'soon', null, {}].entries()) {
      extra.fields.access_token = jwt({ exp });
      const asked = Date.now();
      const { expiresAt } = await manager.getAccessToken({ ...config, tokenTtl: 180 + index });
      expect(Math.floor((expiresAt - asked) / 1000)).toBe(150 + index);
    }
  });

  test('fault 14: has the documented life of three minutes less thirty seconds by default', async () => {
    const { config } = await startOrg();
    const asked = Date.now();
    const { expiresAt } = await manager.getAccessToken(config);
    expect(Math.floor((expiresAt - asked) / 1000)).toBe(150);
  });
});

describe('after logout', () => {
  test('the next call gives a new Connection on a new token, for one request', async () => {
    const org = await startOrg();
    const connection = await manager.getConnection(org.config);
    const { accessToken } = connection;
    await connection.logout();

    const ask = () => manager.getConnection(org.config);
    const [next, same] = await Promise.all([ask(), ask()]);
    expect(next).not.toBe(connection);
    expect(same).toBe(next);
    expect(next.accessToken).not.toBe(accessToken);
    expect(await next.query(QUERY)).toHaveProperty('totalSize', 1);
    expect(connection.accessToken).toBeNull();
    expect(org.stats()).toMatchObject({
      tokenRequests: 2,
      rejected401: 0,
      requests: { revoke: 1 },
    });
  });

  test('a fresh Connection is not made on the token that was revoked', async () => {
    const org = await startOrg();
    await (await manager.getConnection(org.config)).logout();
    const fresh = await manager.getConnection(org.config, { fresh: true });
    await fresh.query(QUERY);
    expect(org.stats()).toMatchObject({ tokenRequests: 2, rejected401: 0 });
  });
});

test('a token that the caller set stays on the caller’s Connection, and others get their own', async () => {
  const org = await startOrg();
  const connection = await manager.getConnection(org.config);
  connection.accessToken = 'the caller’s';
  const next = await manager.getConnection(org.config);
  expect(next).not.toBe(connection);
  expect(await manager.getConnection(org.config)).toBe(next);
  expect(await next.query(QUERY)).toHaveProperty('totalSize', 1);

  manager.clearAllTokens();
  await manager.getConnection(org.config);
  expect(connection.accessToken).toBe('the caller’s');
  expect(org.stats().tokenRequests).toBe(2);
});

test('clearAllTokens leaves old Connections usable', async () => {
  const org = await startOrg();
  const connection = await manager.getConnection(org.config);
  expect(manager.clearAllTokens()).toBe(1);
  org.revokeAll();
  expect(await connection.query(QUERY)).toHaveProperty('totalSize', 1);
  expect(await manager.getConnection(org.config)).not.toBe(connection);
  expect(org.stats().tokenRequests).toBe(2);
});

describe('the refresh event', () => {
  test('fires with the token and the response of a token request', async () => {
    const org = await startOrg();
    const connection = await manager.getConnection(org.config);
    const fired = [];
    connection.on('refresh', (...all) => fired.push(all));
    await connection.query(QUERY);
    expect(fired).toEqual([]);

    org.revokeAll();
    await connection.query(QUERY);
    const { accessToken, instanceUrl, userInfo } = connection;
    expect(fired).toEqual([
      [
        accessToken,
        {
          access_token: accessToken,
          instance_url: instanceUrl,
          id: userInfo.url,
          scope: 'api',
          token_type: 'Bearer',
        },
      ],
    ]);
  });

  test.each([
    ['an error', new Error('of a listener'), /of a listener/],
    ['null', null, /listener/],
    ['undefined', undefined, /listener/],
  ])('fault 53: a listener that throws %s fails that request only', async (_, value, message) => {
    const org = await startOrg();
    const connection = await manager.getConnection(org.config);
    connection.once('refresh', () => {
      throw value;
    });
    org.revokeAll();
    expect(await rejection(connection.query(QUERY))).toHaveProperty(
      'message',
      expect.stringMatching(message),
    );
    expect(await connection.query(QUERY)).toHaveProperty('totalSize', 1);
  });
});
