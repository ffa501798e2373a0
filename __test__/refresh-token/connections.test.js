'use strict';

const { Connection } = require('jsforce');
const { SalesforceConnectionManager } = require('../..');
const { startOrg } = require('../support/orgs');
const { rejection } = require('../support/rejection');
const { QUERY, keeper, listening, stage } = require('./support');

describe('as the documents of the OAuth2 manager have it', () => {
  afterEach(() => void SalesforceConnectionManager.getInstance().clearAllConnections());

  test('getInstance, getConnection, query', async () => {
    const { refreshToken, ...rest } = (await startOrg()).oauth;
    const config = { ...rest, refreshToken };
    const connectionManager = SalesforceConnectionManager.getInstance();
    const connection = await connectionManager.getConnection(config, config.refreshToken);

    const result = await connection.query('SELECT Id, Name FROM Account LIMIT 10');

    expect(result.records).toHaveLength(10);
    expect(connection).toBeInstanceOf(Connection);
    expect(SalesforceConnectionManager.getInstance()).toBe(connectionManager);
  });

  test('several keys, statistics, clearing', async () => {
    const org = await startOrg();
    const { refreshToken, ...config } = org.oauth;
    const connectionManager = SalesforceConnectionManager.getInstance();
    const prodConnection = await connectionManager.getConnection(config, refreshToken, 'prod');
    const sandboxConnection = await connectionManager.getConnection(
      config,
      refreshToken,
      'sandbox',
    );
    expect(sandboxConnection).not.toBe(prodConnection);
    expect(sandboxConnection.accessToken).toBe(prodConnection.accessToken);

    const stats = connectionManager.getCacheStats();
    expect(`Total: ${stats.total}, Valid: ${stats.valid}, Expired: ${stats.expired}`).toBe(
      'Total: 2, Valid: 2, Expired: 0',
    );
    expect(connectionManager.clearExpiredConnections()).toBe(0);
    expect(connectionManager.clearAllConnections()).toBe(2);
    expect(connectionManager.getCacheStats().total).toBe(0);
    expect(org.stats().tokenRequests).toBe(1);
  });
});

describe('one Connection for each configuration and refresh token', () => {
  test('all calls get it, at once or later, for one request', async () => {
    const { org, config, manager } = await stage();
    const all = await Promise.all(
      Array.from({ length: 50 }, () => manager.getConnection({ ...config })),
    );
    expect(new Set(all).size).toBe(1);
    expect(await manager.getConnection(config)).toBe(all[0]);
    expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
  });

  test('a warm call gives the very promise of the last one', async () => {
    const { config, manager } = await stage();
    await manager.getConnection(config);
    expect(manager.getConnection(config)).toBe(manager.getConnection({ ...config }));
  });

  test('the refresh token of the call wins over that of the config', async () => {
    const { org, config, manager } = await stage({ rotation: false });
    const connection = await manager.getConnection(
      { ...config, refreshToken: 'spent' },
      config.refreshToken,
    );
    expect(connection).toBe(await manager.getConnection(config));
    expect(org.stats().tokenRequests).toBe(1);
  });

  test('another API version is another Connection on the same token', async () => {
    const { org, config, manager } = await stage();
    const [one, two] = await Promise.all([
      manager.getConnection(config),
      manager.getConnection({ ...config, version: '60.0' }),
    ]);
    expect([one.version, two.version]).toEqual(['64.0', '60.0']);
    expect(one.accessToken).toBe(two.accessToken);
    expect(org.stats().tokenRequests).toBe(1);
  });

  test('fresh ones are nobody else’s', async () => {
    const { org, config, manager } = await stage();
    const shared = await manager.getConnection(config);
    const fresh = await manager.getConnection(config, undefined, undefined, { fresh: true });
    expect(fresh).not.toBe(shared);
    expect(fresh.accessToken).toBe(shared.accessToken);
    expect(org.stats().tokenRequests).toBe(1);
  });

  test('after logout() the next call gives a new one', async () => {
    const { config, manager } = await stage();
    const connection = await manager.getConnection(config);
    await connection.logout();
    const next = await manager.getConnection(config);
    expect(next).not.toBe(connection);
    expect((await next.query(QUERY)).totalSize).toBe(1);
  });

  test('logout(true) says that it cannot revoke the refresh token, and ends nothing', async () => {
    const { org, config, manager } = await stage();
    const connection = await manager.getConnection(config);
    for (const method of ['logout', 'logoutByOAuth2', 'logoutBySoap']) {
      const error = await rejection(connection[method](true));
      expect(error).toMatchObject({ name: 'ConfigurationError', code: 'CONFIG_INVALID' });
      expect(error.message).toContain('/services/oauth2/revoke');
      expect(error.message).toContain('forgetRefreshToken()');
    }
    expect((await connection.query(QUERY)).totalSize).toBe(1);
    expect(await manager.getConnection(config)).toBe(connection);
    expect(Object.keys(connection)).not.toContain('logout');
    expect(org.stats()).toMatchObject({ tokenRequests: 1, familiesRevoked: 0 });
  });

  test('a class of one’s own', async () => {
    class Own extends Connection {}
    const { config, manager } = await stage({}, { Connection: Own });
    expect(await manager.getConnection(config)).toBeInstanceOf(Own);
  });
});

describe('after connectionTtl', () => {
  test('the next call gives a new Connection on the same token', async () => {
    const { org, config, manager } = await stage({}, { connectionTtl: 0 });
    const old = await manager.getConnection(config);
    expect(manager.getCacheStats()).toMatchObject({ total: 1, valid: 0, expired: 1 });
    const next = await manager.getConnection(config);
    expect(next).not.toBe(old);
    expect(next.accessToken).toBe(old.accessToken);
    expect(org.stats().tokenRequests).toBe(1);
  });

  test('the old one still works, through renewals', async () => {
    const { kept, onRefreshToken } = keeper();
    const { org, config, manager } = await stage({}, { connectionTtl: 0 });
    const old = await manager.getConnection({ ...config, onRefreshToken });
    const next = await manager.getConnection({ ...config, onRefreshToken });
    for (let time = 0; time < 2; time += 1) {
      org.revokeAll();
      expect((await old.query(QUERY)).totalSize).toBe(1);
      expect((await next.query(QUERY)).totalSize).toBe(1);
    }
    expect(kept).toHaveLength(3);
    expect(org.stats()).toMatchObject({ tokenRequests: 3, refreshTokenReuses: 0 });
  });

  test('an aborted call leaves the old one where it is', async () => {
    const { config, manager } = await stage({}, { connectionTtl: 0 });
    await manager.getConnection(config);
    const aborted = { signal: AbortSignal.abort() };
    const error = await rejection(manager.getConnection(config, undefined, undefined, aborted));
    expect(error).toHaveProperty('code', 'ABORTED');
    expect(manager.getCacheStats()).toMatchObject({ total: 1, expired: 1 });
  });

  test('clearExpiredConnections drops it, and not before', async () => {
    const { config, manager } = await stage();
    await manager.getConnection(config);
    expect(manager.clearExpiredConnections()).toBe(0);
    const soon = listening({ connectionTtl: 0 });
    await soon.getConnection(config);
    expect(soon.clearExpiredConnections()).toBe(1);
    expect(soon.getCacheStats()).toMatchObject({ total: 0, valid: 0, expired: 0 });
  });
});

test('the counters beside the Connections are those of the tokens', async () => {
  const { config, manager } = await stage({ rotation: false });
  await manager.getConnection(config);
  await manager.getConnection(config, undefined, 'prod');
  expect(manager.getCacheStats()).toMatchObject({
    ...{ total: 2, valid: 2, expired: 0, hits: 1, misses: 1, mints: 1 },
    ...{ coalesced: 0, failures: 0, requests: 1, inFlight: 0 },
    lastMint: { signMs: expect.any(Number), requestMs: expect.any(Number) },
  });
});

test('a clear drops Connections and access tokens, and what is known of refresh tokens stays', async () => {
  const { org, config, manager } = await stage();
  const before = await manager.getConnection(config);
  expect(manager.clearAllConnections()).toBe(1);
  const after = await manager.getConnection(config); // the first refresh token is spent by now
  expect(after).not.toBe(before);
  expect(org.stats()).toMatchObject({
    tokenRequests: 2,
    refreshTokenReuses: 0,
    familiesRevoked: 0,
  });
});

test('at most 1,000 Connections and as many entries as the capacity are cached', async () => {
  const { config, manager } = await stage({}, { capacity: 2 });
  const first = await manager.getConnection(config, undefined, 'a');
  await manager.getConnection(config, undefined, 'b');
  await manager.getConnection(config, undefined, 'c');
  expect(manager.getCacheStats().total).toBe(2);
  expect(await manager.getConnection(config, undefined, 'a')).not.toBe(first);
});
