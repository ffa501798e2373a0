'use strict';

const pkg = require('../..');
const { startLocalOrg } = require('../../testing');
const { startOrg } = require('../support/orgs');
const { rejection } = require('../support/rejection');
const { names, runScenario } = require('../support/session-scenarios');

describe.each(['jsforce', 'jsforce-2'])('a Connection of %s', (jsforce) => {
  test.each(names)('%s', async (name) => {
    const { Connection } = require(jsforce);
    await runScenario(name, Connection, pkg, startLocalOrg);
  });
});

test('after ten seconds a Connection tries again, whatever was rejected before', async () => {
  const org = await startOrg();
  const connection = await new pkg.JWTConnectionManager().getConnection(org.config);
  const query = () => connection.query('SELECT Id FROM Account LIMIT 1');
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
    const error = await rejection(connection.query('SELECT Id FROM Account LIMIT 1'));
    expect(pkg.getAuthError(error)).toHaveProperty('code', 'SESSION_REJECTED');
  } finally {
    clock.mockRestore();
  }
  expect(org.stats().tokenRequests - before).toBeLessThanOrEqual(1);
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
