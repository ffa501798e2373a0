'use strict';

const { inspect } = require('node:util');
const { SalesforceConnectionManager, ConfigurationError } = require('../..');
const { runChild } = require('../support/child');
const { rejection } = require('../support/rejection');
const { stage } = require('./support');

/** Another app, with a refresh token of its user. */
function registerAnother(org, registration) {
  const [clientId, clientSecret] = ['other', 'another-secret'];
  const redirectUris = ['https://other.test/'];
  org.register({ clientId, clientSecret, redirectUris, users: ['u'], ...registration });
  return { clientId, clientSecret, refreshToken: org.issueRefreshToken({ clientId }) };
}

/** What stands in the way, and what is to come of it. */
const refusals = {
  'a revoked refresh token': {
    prepare: ({ org, config }) => org.revokeRefreshToken(config.refreshToken),
    expected: { code: 'REFRESH_TOKEN_INVALID', retryable: false, requests: 1 },
  },
  'a refresh token that Salesforce never issued': {
    change: () => ({ refreshToken: '5Aep861-of-nobody' }),
    expected: { code: 'REFRESH_TOKEN_INVALID', retryable: false, requests: 1 },
  },
  'a refresh token of another app': {
    change: ({ org }) => ({ refreshToken: registerAnother(org, {}).refreshToken }),
    expected: { code: 'REFRESH_TOKEN_INVALID', retryable: false, requests: 1 },
  },
  'a wrong secret': {
    change: () => ({ clientSecret: 'wrong' }),
    expected: { code: 'CLIENT_CREDENTIALS_INVALID', retryable: false, requests: 1 },
  },
  'no secret where the app wants one': {
    change: () => ({ clientSecret: undefined }),
    expected: { code: 'CLIENT_CREDENTIALS_INVALID', retryable: false, requests: 1 },
  },
  'an unknown app': {
    change: () => ({ clientId: 'unknown' }),
    expected: { code: 'CLIENT_ID_INVALID', retryable: false, requests: 1 },
  },
  'an expired refresh token': {
    change: ({ org }) => registerAnother(org, { refreshTokenLife: 0 }),
    expected: { code: 'REFRESH_TOKEN_INVALID', retryable: false, requests: 1 },
  },
  'an inactive user': {
    change: ({ org }) => {
      const app = registerAnother(org, {});
      registerAnother(org, { users: [{ username: 'u', active: false }] });
      return app;
    },
    expected: { code: 'USER_INACTIVE', retryable: false, requests: 1 },
  },
  'a host that cannot be reached': {
    change: () => ({ loginUrl: 'http://127.0.0.1:1' }),
    expected: { code: 'NETWORK_CONNECT', retryable: true, requests: 0 },
  },
  'an answer that is lost on the way': {
    prepare: ({ org }) => org.inject({ kind: 'lost-after-commit' }),
    expected: { code: 'REFRESH_UNCERTAIN', retryable: true, requests: 1 },
  },
};

describe.each(Object.entries(refusals))('%s', (_, { prepare, change, expected }) => {
  test('is its typed error, without a retry that does harm', async () => {
    const given = await stage();
    const { org, config, manager } = given;
    prepare?.(given);
    const asked = { ...config, ...change?.(given) };
    const { requests, ...fields } = expected;
    const error = await rejection(manager.getConnection(asked));
    expect(error).toMatchObject(fields);
    expect(error.message).toContain(`[${fields.code}] `);
    expect(org.stats().tokenRequests).toBe(requests);

    if (!fields.retryable || fields.code === 'REFRESH_UNCERTAIN') {
      const again = await rejection(manager.getConnection(asked));
      expect(again).toMatchObject({ ...fields, attempts: 0 });
      expect(org.stats().tokenRequests).toBe(requests);
    }
    expect(org.stats().refreshTokenReuses).toBe(0);
    const text = [error, error.stack, inspect(error, { showHidden: true, depth: null })].join();
    expect(text).not.toContain(asked.refreshToken);
  });
});

test('a rotated-out refresh token, which another container replaced', async () => {
  const { org, config, manager } = await stage();
  await runChild(
    `const onRefreshToken = () => {};
     await load().SalesforceConnectionManager.getInstance().getConnection({ ...input, onRefreshToken });`,
    { input: config },
  );
  const error = await rejection(manager.getConnection(config));
  expect(error).toMatchObject({ code: 'REFRESH_TOKEN_INVALID', retryable: false, attempts: 1 });
  await rejection(manager.getConnection(config));
  expect(org.stats().refreshTokenReuses).toBe(1); // the first one, which nobody could know of
});

test('a wrong secret neither finds nor disturbs what the right one brought', async () => {
  const { org, config, manager } = await stage();
  const connection = await manager.getConnection(config);
  const thief = { ...config, clientSecret: 'wrong' };
  expect(await rejection(manager.getConnection(thief))).toHaveProperty(
    'code',
    'CLIENT_CREDENTIALS_INVALID',
  );
  expect(await manager.getConnection(config)).toBe(connection);
  expect(org.stats()).toMatchObject({ refreshTokenReuses: 0, familiesRevoked: 0 });
});

test('fault 43: a request that met another one is sent again inside the call', async () => {
  const { org, config, manager } = await stage();
  org.inject({ kind: 'already-being-processed' }, { times: 2 });
  await expect(manager.getConnection(config)).resolves.toBeDefined();
  expect(org.stats()).toMatchObject({ tokenRequests: 3, refreshTokenReuses: 0 });
});

test('fault 92: after an answer that was lost, a function is read again, and its newer token is sent', async () => {
  const { org, config, manager } = await stage();
  org.inject({ kind: 'lost-after-commit' }, { times: 1 });
  const stored = [config.refreshToken, config.refreshToken, org.issueRefreshToken()];
  const refreshToken = () => (stored.length > 1 ? stored.shift() : stored[0]);
  const asked = { ...config, refreshToken };
  expect(await rejection(manager.getConnection(asked))).toHaveProperty('code', 'REFRESH_UNCERTAIN');
  await expect(manager.getConnection(asked)).resolves.toBeDefined();
  expect(org.stats()).toMatchObject({ tokenRequests: 2, refreshTokenReuses: 0 });
});

describe('after an answer that was lost', () => {
  test('with rotation: false the same refresh token is sent again', async () => {
    const { org, config, manager } = await stage({ rotation: false });
    org.inject({ kind: 'lost-after-commit' }, { times: 1 });
    const plain = { ...config, rotation: false };
    const error = await rejection(manager.getConnection(plain));
    expect(error).toMatchObject({ code: 'NETWORK_RESET', retryable: true });
    await expect(manager.getConnection(plain)).resolves.toBeDefined();
    expect(org.stats().tokenRequests).toBe(2);
  });

  test('a new refresh token works', async () => {
    const { org, config, manager } = await stage();
    org.inject({ kind: 'lost-after-commit' }, { times: 1 });
    const error = await rejection(manager.getConnection(config));
    expect(error.hint).toContain('rotation: false');
    await expect(manager.getConnection(config, org.issueRefreshToken())).resolves.toBeDefined();
  });
});

test('bad arguments reject and never throw, before anything is sent', async () => {
  const { org, config, manager } = await stage();
  const calls = [
    [null],
    ['config'],
    [{}],
    [{ ...config, refreshToken: undefined }],
    [{ ...config, clientId: 1 }],
    [{ ...config, clientSecret: Buffer.from('secret') }],
    [{ ...config, privateKey: org.config.privateKey }],
    [{ ...config, clientSecret: undefined, privateKey: Buffer.from(org.config.privateKey) }],
    [{ ...config, clientAuthentication: 'digest' }],
    [{ ...config, clientSecret: undefined, clientAuthentication: 'basic' }],
    [{ ...config, loginUrl: 'http://acme.my.salesforce.com' }],
    [{ ...config, rotation: 'yes' }],
    [{ ...config, onRefreshToken: 'save' }],
    [{ ...config, keepTimeout: -1 }],
    [{ ...config, tokenTtl: 'forever' }],
    [{ ...config, version: '64' }],
    [config, 5],
    [config, ''],
    [config, 'with a space'],
    [config, undefined, 5],
    [config, undefined, undefined, 5],
  ];
  for (const call of calls) {
    const error = await rejection(manager.getConnection(...call));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.option).toEqual(expect.any(String));
  }
  expect(() => new SalesforceConnectionManager({ connectionTtl: '30' })).toThrow('connectionTtl');
  expect(org.stats().tokenRequests).toBe(0);
});
