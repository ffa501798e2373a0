'use strict';

const pkg = require('../..');
const { startLocalOrg } = require('../../testing');
const { ENDED, startApi } = require('../support/api-host');
const { startOrg } = require('../support/orgs');
const { rejection } = require('../support/rejection');
const { names, runScenario } = require('../support/session-scenarios');

const QUERY = 'SELECT Id FROM Account LIMIT 1';

describe.each(['jsforce', 'jsforce-2'])('a Connection of %s', (jsforce) => {
  test.each(names)('%s', async (name) => {
    const { Connection } = require(jsforce);
    await runScenario(name, Connection, pkg, startLocalOrg);
  });
});

test('after ten seconds a Connection tries again, whatever was rejected before', async () => {
  const org = await startOrg();
  const connection = await new pkg.JWTConnectionManager().getConnection(org.config);
  const query = () => connection.query(QUERY);
  const mend = org.inject({ kind: 'session-rejected', tokens: 'new' });
  expect(pkg.getAuthError(await rejection(query()))).toHaveProperty('code', 'SESSION_REJECTED');
  mend();
  org.revokeAll();
  expect(pkg.getAuthError(await rejection(query()))).toHaveProperty('code', 'SESSION_REJECTED');

  const later = Date.now() + 10_000;
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => later);
  try {
    expect(await query()).toHaveProperty('totalSize', 1);
  } finally {
    clock.mockRestore();
  }
});

test('fault 30: a loop of answers that take longer than ten seconds ends as well', async () => {
  const org = await startOrg();
  const connection = await new pkg.JWTConnectionManager().getConnection(org.config);
  org.inject({ kind: 'session-rejected', tokens: 'new' });
  const before = org.stats().tokenRequests;
  let now = Date.now();
  // Every look at the clock is eleven seconds after the last.
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => {
    now += 11_000;
    return now;
  });
  try {
    const error = await rejection(connection.query(QUERY));
    expect(pkg.getAuthError(error)).toHaveProperty('code', 'SESSION_REJECTED');
  } finally {
    clock.mockRestore();
  }
  expect(org.stats().tokenRequests - before).toBeLessThanOrEqual(1);
});

test('a token of somebody else on the Connection is not taken for the one that was refused', async () => {
  const org = await startOrg();
  const manager = new pkg.JWTConnectionManager();
  const connection = await manager.getConnection(org.config);
  const { accessToken } = connection;
  connection.accessToken = 'somebody-elses';
  expect(await connection.query(QUERY)).toHaveProperty('totalSize', 1);
  expect(connection.accessToken).toBe(accessToken);
  expect(org.stats()).toMatchObject({ tokenRequests: 1, rejected401: 1 });
  expect(manager.getCacheStats()).toMatchObject({ valid: 1, mints: 1 });
});

test('a login that was under way brings the refused token: it is asked for once more', async () => {
  const org = await startOrg({ delay: 100 });
  const manager = new pkg.JWTConnectionManager();
  const connection = await manager.getConnection(org.config);
  manager.clearAllTokens();
  // Salesforce gives the token that lives again, and ends its session then.
  const underWay = manager.getAccessToken(org.config);
  while (org.stats().tokensIssued < 2) await new Promise(setImmediate);
  org.revokeAll();
  expect(await connection.query(QUERY)).toHaveProperty('totalSize', 1);
  await underWay;
  expect(org.stats()).toMatchObject({ tokenRequests: 3, rejected401: 1 });
});

describe('tokens that the API takes once each', () => {
  /** A Connection at an API that refuses each token at its second use. */
  async function connect() {
    const org = await startOrg();
    const seen = new Set();
    const api = await startApi(({ headers }) => {
      if (seen.has(headers.authorization)) return ENDED;
      seen.add(headers.authorization);
      return {
        status: 200,
        headers: { 'Sforce-Limit-Info': `api-usage=${seen.size}/1000` },
        json: { totalSize: 0, done: true, records: [] },
      };
    });
    const { url: instanceUrl, loginUrl } = api;
    const manager = new pkg.JWTConnectionManager();
    const connection = await manager.getConnection({ ...org.config, instanceUrl, loginUrl });
    return { api, query: () => connection.query(QUERY) };
  }

  test('force three logins in ten seconds, although each query works', async () => {
    const { api, query } = await connect();
    for (let time = 0; time <= 3; time += 1) await query();
    for (let time = 0; time < 3; time += 1) {
      expect(pkg.getAuthError(await rejection(query()))).toHaveProperty('code', 'SESSION_REJECTED');
    }
    expect(api.host.forms).toHaveLength(4);
  });

  test.each(['wall', 'monotonic'])(
    'force more logins when ten seconds are over by the %s clock',
    async (goesOn) => {
      const { api, query } = await connect();
      for (let time = 0; time <= 3; time += 1) await query();
      const clock = goesOn === 'wall' ? Date : performance;
      const later = clock.now() + 10_001;
      const moved = jest.spyOn(clock, 'now').mockImplementation(() => later);
      try {
        await query();
      } finally {
        moved.mockRestore();
      }
      expect(api.host.forms).toHaveLength(5);
    },
  );
});

test('errors of the API that are no 401 are left as they are, and cost no request', async () => {
  const org = await startOrg();
  const connection = await new pkg.JWTConnectionManager().getConnection(org.config);
  const fault = { errorCode: 'INSUFFICIENT_ACCESS', message: 'no access' };
  org.inject({ kind: 'rest-error', status: 403, ...fault });
  const error = await rejection(connection.query('SELECT Id FROM Account'));
  expect(error).toMatchObject({ errorCode: 'INSUFFICIENT_ACCESS', message: 'no access' });
  expect(pkg.getAuthError(error, connection)).toBeUndefined();
  expect(org.stats().tokenRequests).toBe(1);
});
