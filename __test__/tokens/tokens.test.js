'use strict';

const pkg = require('../..');
const { runChild } = require('../support/child');
const { startOrg } = require('../support/orgs');
const { startOrgBehind } = require('../support/token-host');
const { rejection } = require('../support/rejection');

const { JWTConnectionManager } = pkg;

/** @type {JWTConnectionManager} */
let manager;
beforeEach(() => {
  manager = new JWTConnectionManager();
});

/** The numbers that a test is about, once it is clear that the sum is right. */
function stats(of = manager) {
  const { total, lastMint, ...numbers } = of.getCacheStats();
  expect(total).toBe(numbers.valid + numbers.expired);
  return numbers;
}

/** Waits until a request is in the air: a call sets it off on another thread. */
async function untilInFlight() {
  while (manager.getCacheStats().inFlight === 0) await new Promise(setImmediate);
}

const NOTHING = {
  valid: 0,
  expired: 0,
  hits: 0,
  misses: 0,
  mints: 0,
  coalesced: 0,
  failures: 0,
  requests: 0,
  inFlight: 0,
};

describe('getAccessToken', () => {
  test('gives the token with what belongs to it, frozen', async () => {
    const org = await startOrg();
    const asked = Date.now();
    const token = await manager.getAccessToken(org.config);
    expect(token).toEqual({
      accessToken: expect.stringMatching(/^00D\w{12}!\S{96}$/),
      instanceUrl: org.instanceUrl,
      expiresAt: expect.any(Number),
      identityUrl: expect.stringMatching(/\/id\/00D\w{15}\/005\w{15}$/),
      scope: 'api',
    });
    expect(Object.isFrozen(token)).toBe(true);
    expect(Number.isInteger(token.expiresAt) && token.expiresAt > asked).toBe(true);
    expect(await manager.getAccessToken(org.config)).toBe(token);
  });

  test('lacks what the server left out', async () => {
    const { config } = await startOrgBehind({ id: undefined, scope: undefined });
    const { identityUrl, scope } = await manager.getAccessToken(config);
    expect([identityUrl, scope]).toEqual([undefined, undefined]);
    expect((await manager.getConnection(config)).userInfo).toBeUndefined();
  });

  test('never loads jsforce; getConnection does', async () => {
    const { config } = await startOrg();
    const program = `
      const loaded = () => Object.keys(require.cache).some((file) => /node_modules.jsforce/.test(file));
      const { getAccessToken, getConnection } = load();
      await getAccessToken(input);
      report(loaded());
      await getConnection(input);
      report(loaded());`;
    const { reports } = await runChild(program, { input: config });
    expect(reports).toEqual([false, true]);
  });

  test('that 200 callers ask for at once is one request', async () => {
    const org = await startOrg({ delay: 50 });
    const tokens = await Promise.all(
      Array.from({ length: 200 }, () => manager.getAccessToken({ ...org.config })),
    );
    expect(new Set(tokens).size).toBe(1);
    expect(org.stats().tokenRequests).toBe(1);
    const misses = { misses: 200, coalesced: 199 };
    expect(stats()).toEqual({ ...NOTHING, valid: 1, mints: 1, requests: 1, ...misses });
  });
});

describe('getCacheStats', () => {
  test('is exact after each operation', async () => {
    const org = await startOrg();
    expect(stats()).toEqual(NOTHING);
    expect(manager.getCacheStats()).not.toHaveProperty('lastMint');

    await manager.getAccessToken(org.config);
    const minted = { ...NOTHING, valid: 1, misses: 1, mints: 1, requests: 1 };
    expect(stats()).toEqual(minted);
    const { signMs, requestMs } = manager.getCacheStats().lastMint;
    expect(signMs > 0 && requestMs > 0).toBe(true);

    await manager.getAccessToken(org.config);
    expect(stats()).toEqual({ ...minted, hits: 1 });
    await manager.getConnection(org.config); // makes the Connection
    expect(stats()).toEqual({ ...minted, hits: 2 });
    await manager.getConnection(org.config); // finds it
    await manager.getConnection(org.config, {});
    await manager.getConnection(org.config, { fresh: true });
    await manager.getAccessToken(org.config, {});
    expect(stats()).toEqual({ ...minted, hits: 6 });

    const mend = org.inject({ kind: 'oauth-error', error: 'inactive_org' });
    const other = { ...org.config, tokenTtl: 300 };
    await rejection(manager.getAccessToken(other));
    mend();
    await rejection(manager.getAccessToken(other)); // remembered
    const refused = { ...minted, hits: 6, misses: 3, failures: 1, requests: 2 };
    expect(stats()).toEqual(refused);
    const third = { ...org.config, tokenTtl: 301 };

    await manager.getAccessToken(third);
    expect(stats()).toEqual({ ...refused, valid: 2, misses: 4, mints: 2, requests: 3 });

    org.revokeAll();
    await (await manager.getConnection(org.config)).query('SELECT Id FROM Account LIMIT 1');
    const healed = { valid: 2, hits: 7, misses: 5, mints: 3, requests: 4 };
    expect(stats()).toEqual({ ...refused, ...healed });

    expect(manager.clearAllTokens()).toBe(2);
    expect(stats()).toEqual({ ...refused, ...healed, valid: 0 });
  });

  test('counts repeated requests as requests, and their end as one failure', async () => {
    const org = await startOrg();
    org.inject({ kind: 'html', status: 503 });
    await rejection(manager.getAccessToken(org.config));
    expect(stats()).toEqual({ ...NOTHING, misses: 1, failures: 1, requests: 3 });
  });

  test('shows what is in the air', async () => {
    const org = await startOrg({ delay: 50 });
    const asked = manager.getAccessToken(org.config);
    await untilInFlight();
    expect(stats()).toMatchObject({ inFlight: 1, valid: 0, mints: 0 });
    await asked;
    expect(stats()).toMatchObject({ inFlight: 0, valid: 1, mints: 1 });
  });

  test('counts neither a configuration error nor a prewarm that finds a token', async () => {
    const org = await startOrg();
    await rejection(manager.getAccessToken({ ...org.config, username: '' }));
    expect(stats()).toEqual(NOTHING);
    await manager.getAccessToken(org.config);
    const before = stats();
    manager.prewarm(org.config);
    expect(stats()).toEqual(before);
  });
});

describe('managers', () => {
  test('of one’s own share nothing with each other or with getInstance', async () => {
    const org = await startOrg();
    const other = new JWTConnectionManager();
    const shared = JWTConnectionManager.getInstance();
    const mints = shared.getCacheStats().mints;
    const connections = new Set();
    for (const each of [manager, other, shared]) {
      connections.add(await each.getConnection(org.config));
    }
    expect(connections.size).toBe(3);
    expect(org.stats().tokenRequests).toBe(3);
    expect(manager.clearAllTokens()).toBe(1);
    expect([stats(manager).valid, stats(other).valid]).toEqual([0, 1]);
    expect(pkg.getCacheStats()).toEqual(shared.getCacheStats());
    expect(pkg.getCacheStats().mints).toBe(mints + 1);
    await pkg.getAccessToken(org.config);
    pkg.prewarm(org.config);
    expect(org.stats().tokenRequests).toBe(3);
    expect(pkg.clearExpiredTokens()).toBe(0);
    expect(pkg.clearAllTokens()).toBeGreaterThanOrEqual(1);
    expect(shared.getCacheStats().total).toBe(0);
  });
});

describe('clearAllTokens during a request', () => {
  test('fault 28: leaves those who wait their token, and the cache empty', async () => {
    const org = await startOrg({ delay: 100 });
    const waiting = [manager.getConnection(org.config), manager.getAccessToken(org.config)];
    await untilInFlight();
    expect(manager.clearAllTokens()).toBe(0);
    const [connection, { accessToken }] = await Promise.all(waiting);
    expect(connection.accessToken).toBe(accessToken);
    expect(stats()).toMatchObject({ valid: 0, mints: 1 });

    await manager.getAccessToken(org.config);
    expect(stats()).toMatchObject({ valid: 1, mints: 2 });
    expect(await connection.query('SELECT Id FROM Account LIMIT 1')).toHaveProperty('totalSize', 1);
  });
});

describe('the option capacity', () => {
  test('is the most that is cached; the least recently used goes first', async () => {
    const org = await startOrg();
    const small = new JWTConnectionManager({ capacity: 2 });
    const ask = (tokenTtl) => small.getAccessToken({ ...org.config, tokenTtl });
    await ask(100);
    await ask(200);
    await ask(100); // 200 is the older one now
    await ask(300);
    expect(stats(small)).toMatchObject({ valid: 2, requests: 3 });
    await ask(100);
    await ask(300);
    expect(stats(small)).toMatchObject({ valid: 2, requests: 3 });
    await ask(200);
    expect(stats(small)).toMatchObject({ valid: 2, requests: 4 });
  });

  test('of one serves two logins in turn', async () => {
    const org = await startOrg();
    const smallest = new JWTConnectionManager({ capacity: 1 });
    const connections = [];
    for (const tokenTtl of [100, 200, 100, 200]) {
      connections.push(await smallest.getConnection({ ...org.config, tokenTtl }));
      expect(stats(smallest)).toMatchObject({ valid: 1 });
    }
    for (const connection of connections) {
      await connection.query('SELECT Id FROM Account LIMIT 1');
    }
    expect(org.stats()).toMatchObject({ tokenRequests: 4, rejected401: 0 });
  });
});
