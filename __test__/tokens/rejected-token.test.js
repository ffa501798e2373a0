'use strict';

// A caller that uses tokens by itself tells that the API refused one.

const pkg = require('../..');
const { startOrg } = require('../support/orgs');
const { rejection } = require('../support/rejection');

const { JWTConnectionManager, SalesforceConnectionManager } = pkg;
const REJECTED = { code: 'SESSION_REJECTED', retryable: false };
const QUERY = 'SELECT Id FROM Account LIMIT 1';

/** @type {JWTConnectionManager} */
let manager;
beforeEach(() => {
  manager = new JWTConnectionManager();
});

/** The token that is given instead of `rejectedToken`. */
const instead = async (rejectedToken, config, of = manager) =>
  (await of.getAccessToken(config, { rejectedToken })).accessToken;

/** Ends the session, and tells of it. */
async function revoked(org, rejectedToken) {
  org.revokeAll();
  return instead(rejectedToken, org.config);
}

describe('fault 77: the option rejectedToken', () => {
  test('drops the cached token and gives another, for one request', async () => {
    const org = await startOrg();
    const { accessToken } = await manager.getAccessToken(org.config);
    const next = await revoked(org, accessToken);
    expect(next).not.toBe(accessToken);
    expect((await manager.getAccessToken(org.config)).accessToken).toBe(next);
    expect(org.stats().tokenRequests).toBe(2);
    expect(manager.getCacheStats()).toMatchObject({ valid: 1, mints: 2 });
  });

  test('gives the cached token if another one was refused, and sends nothing', async () => {
    const org = await startOrg();
    const { accessToken } = await manager.getAccessToken(org.config);
    const next = await revoked(org, accessToken);
    for (const refused of [accessToken, 'never seen', '']) {
      expect(await instead(refused, org.config)).toBe(next);
    }
    expect(org.stats().tokenRequests).toBe(2);
  });

  test('is heard by a manager of the process that has not given that token', async () => {
    const org = await startOrg();
    const { accessToken } = await manager.getAccessToken({ ...org.config, version: '60.0' });
    expect(await revoked(org, accessToken)).not.toBe(accessToken);
    expect(org.stats().tokenRequests).toBe(2);
  });

  test('of a token that another login has brought is no loop', async () => {
    const org = await startOrg();
    const other = { ...org.config, version: '60.0' };
    const { accessToken } = await manager.getAccessToken(org.config);
    const next = await revoked(org, accessToken);
    expect(await instead(accessToken, other)).toBe(next);
    org.revokeAll();
    expect(await instead(next, other)).not.toBe(next);
    expect(org.stats().tokenRequests).toBe(3);
  });

  test('of a hundred callers at once costs one request', async () => {
    const org = await startOrg({ delay: 50 });
    const { accessToken } = await manager.getAccessToken(org.config);
    org.revokeAll();
    const all = Array.from({ length: 100 }, () => instead(accessToken, org.config));
    expect(new Set(await Promise.all(all)).size).toBe(1);
    expect(org.stats().tokenRequests).toBe(2);
  });

  test('renews the token of the Connection', async () => {
    const org = await startOrg();
    const connection = await manager.getConnection(org.config);
    const next = await revoked(org, connection.accessToken);
    expect(connection.accessToken).toBe(next);
    expect(await connection.query(QUERY)).toHaveProperty('totalSize', 1);
    expect(org.stats()).toMatchObject({ tokenRequests: 2, rejected401: 0 });
  });

  test('asks once more if a login that ran before brings the refused token', async () => {
    const org = await startOrg({ delay: 100 });
    const { accessToken } = await manager.getAccessToken(org.config);
    manager.clearAllTokens();
    // Salesforce gives the token that lives again, and ends its session then.
    const before = manager.getAccessToken(org.config);
    while (org.stats().tokensIssued < 2) await new Promise(setImmediate);
    org.revokeAll();
    expect(await instead(accessToken, org.config)).not.toBe(accessToken);
    expect((await before).accessToken).toBe(accessToken);
    expect(org.stats().tokenRequests).toBe(3);
  });

  test('ends with SESSION_REJECTED if the new token is refused within ten seconds', async () => {
    const org = await startOrg();
    let refused = (await manager.getAccessToken(org.config)).accessToken;
    refused = await revoked(org, refused);
    for (let time = 0; time < 5; time += 1) {
      expect(await rejection(instead(refused, org.config))).toMatchObject(REJECTED);
    }
    expect(org.stats().tokenRequests).toBe(2);
    // Whoever has no complaint still gets it.
    expect((await manager.getAccessToken(org.config)).accessToken).toBe(refused);

    const later = Date.now() + 10_000;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => later);
    try {
      expect(await revoked(org, refused)).not.toBe(refused);
    } finally {
      clock.mockRestore();
    }
  });

  test.each(['wall', 'monotonic'])(
    'counts the ten seconds if the %s clock stands still',
    async (stands) => {
      const org = await startOrg();
      const refused = await revoked(org, (await manager.getAccessToken(org.config)).accessToken);
      const [clock, name] = stands === 'wall' ? [performance, 'now'] : [Date, 'now'];
      const later = clock.now() + 10_000;
      const goesOn = jest.spyOn(clock, name).mockImplementation(() => later);
      try {
        expect(await revoked(org, refused)).not.toBe(refused);
      } finally {
        goesOn.mockRestore();
      }
    },
  );

  test('ends with SESSION_REJECTED if Salesforce issues the refused token again', async () => {
    const org = await startOrg();
    const { accessToken } = await manager.getAccessToken(org.config);
    org.inject({ kind: 'session-rejected', tokens: 'same' });
    for (let time = 0; time < 5; time += 1) {
      expect(await rejection(instead(accessToken, org.config))).toMatchObject(REJECTED);
    }
    expect(org.stats().tokenRequests).toBe(2);
  });

  test('counts against the cap of sixty logins an hour', async () => {
    const org = await startOrg();
    let refused = (await manager.getAccessToken(org.config)).accessToken;
    // The org looks at the wall clock.
    let now = performance.now();
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
    try {
      for (let time = 1; time < 60; time += 1) {
        refused = await revoked(org, refused);
        now += 10_001;
      }
      expect(await rejection(revoked(org, refused))).toHaveProperty('code', 'LOGINS_CAPPED');
    } finally {
      clock.mockRestore();
    }
    expect(org.stats().tokenRequests).toBe(60);
  });

  test('of getConnection gives the Connection with another token', async () => {
    const org = await startOrg();
    const connection = await manager.getConnection(org.config);
    const { accessToken } = connection;
    org.revokeAll();
    const options = { rejectedToken: accessToken };
    expect(await manager.getConnection(org.config, options)).toBe(connection);
    expect(connection.accessToken).not.toBe(accessToken);
    expect(org.stats()).toMatchObject({ tokenRequests: 2, rejected401: 0 });
  });

  test('works for refresh tokens', async () => {
    const { oauth, ...org } = await startOrg();
    const { clientId, clientSecret, refreshToken } = oauth;
    const config = { clientId, clientSecret, refreshToken, loginUrl: org.url };
    const tokens = new SalesforceConnectionManager();
    const connection = await tokens.getConnection(config);
    const { accessToken } = connection;
    org.revokeAll();
    await tokens.getConnection(config, undefined, undefined, { rejectedToken: accessToken });
    expect(connection.accessToken).not.toBe(accessToken);
  });

  test('is the module function’s, too', async () => {
    const org = await startOrg();
    const { accessToken } = await pkg.getAccessToken(org.config);
    org.revokeAll();
    const next = await pkg.getAccessToken(org.config, { rejectedToken: accessToken });
    expect(next.accessToken).not.toBe(accessToken);
    pkg.clearAllTokens();
  });

  test.each([[null], [1], [['x']], [{ accessToken: 'x' }]])(
    'that is %j is refused',
    async (value) => {
      const org = await startOrg();
      const error = await rejection(manager.getAccessToken(org.config, { rejectedToken: value }));
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', option: 'rejectedToken' });
      expect(org.stats().tokenRequests).toBe(0);
    },
  );

  test('keeps the time of its call, and its signal', async () => {
    const org = await startOrg();
    const { accessToken } = await manager.getAccessToken(org.config);
    org.revokeAll();
    org.inject({ kind: 'hang' });
    const call = (options) =>
      rejection(manager.getAccessToken(org.config, { rejectedToken: accessToken, ...options }));
    expect(await call({ deadline: Date.now() + 1_000 })).toHaveProperty('code', 'DEADLINE');
    const signal = AbortSignal.timeout(50);
    expect(await call({ signal })).toHaveProperty('code', 'ABORTED');
  });
});
