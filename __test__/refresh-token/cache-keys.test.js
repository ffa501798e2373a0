'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const { ConfigurationError } = require('../..');
const { rejection } = require('../support/rejection');
const { keeper, stage } = require('./support');

test('two keys with one refresh token share the access token: it is spent once', async () => {
  const { org, config, manager } = await stage();
  const [prod, sandbox] = await Promise.all([
    manager.getConnection(config, undefined, 'prod'),
    manager.getConnection(config, undefined, 'sandbox'),
  ]);
  expect(prod).not.toBe(sandbox);
  expect(prod.accessToken).toBe(sandbox.accessToken);
  expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
});

test('a key gives the same Connection, whatever object the config is', async () => {
  const { config, manager } = await stage();
  const connection = await manager.getConnection(config, undefined, 'prod');
  expect(await manager.getConnection({ ...config }, config.refreshToken, 'prod')).toBe(connection);
  expect(await manager.getConnection(config)).not.toBe(connection);
});

function revoked(org) {
  const token = org.issueRefreshToken();
  org.revokeRefreshToken(token);
  return token;
}

/** The config of another app with a user. */
function otherApp(org, config) {
  const app = { clientId: 'other', clientSecret: 's3cret' };
  org.register({ ...config, ...app, redirectUris: ['https://x.test/'], users: ['a@b.c'] });
  return { ...config, ...app, refreshToken: org.issueRefreshToken({ clientId: 'other' }) };
}

/** Other spellings of the app, which the server takes for the same. */
const spellings = {
  'a slash behind the login host': ({ loginUrl }) => ({ loginUrl: `${loginUrl}/` }),
  'another case of the login host': ({ loginUrl }) => ({ loginUrl: loginUrl.toUpperCase() }),
  'spaces around the client id': ({ clientId }) => ({ clientId: ` ${clientId}\n` }),
  'a line end behind the secret': ({ clientSecret }) => ({ clientSecret: `${clientSecret}\n` }),
};

/** Calls that fail, by refresh token, cache key and options, and the code of the error. */
const failures = {
  'a revoked refresh token': (org) => [[revoked(org), 'prod'], 'REFRESH_TOKEN_INVALID'],
  'a function that fails': () => [
    [() => Promise.reject(new Error('no such parameter')), 'prod'],
    'REFRESH_TOKEN_UNAVAILABLE',
  ],
  'an aborted call': (org) => [
    [org.issueRefreshToken(), 'prod', { signal: AbortSignal.abort() }],
    'ABORTED',
  ],
  'a call without time': (org) => [
    [org.issueRefreshToken(), 'prod', { deadline: Date.now() }],
    'DEADLINE',
  ],
};

describe('a key of one app', () => {
  const others = {
    'another app': (org) => {
      org.register({
        clientId: 'other',
        clientSecret: 's3cret',
        redirectUris: ['https://x.test/'],
      });
      return { clientId: 'other' };
    },
    'another secret': () => ({ clientSecret: 'a-wrong-secret' }),
    'no secret': () => ({ clientSecret: undefined }),
    'another way to prove itself': ({ config }) => ({
      clientSecret: undefined,
      privateKey: config.privateKey,
    }),
    'another login host': () => ({ loginUrl: 'https://test.salesforce.com' }),
  };

  test.each(Object.keys(others))('is refused with %s', async (what) => {
    const { org, config, manager } = await stage();
    const connection = await manager.getConnection(config, undefined, 'prod');
    const error = await rejection(
      manager.getConnection({ ...config, ...others[what](org) }, undefined, 'prod'),
    );
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', option: 'cacheKey', attempts: 0 });
    expect(error.message).toContain('forgetRefreshToken() or clearAllConnections()');
    expect(await manager.getConnection(config, undefined, 'prod')).toBe(connection);
    expect(org.stats().tokenRequests).toBe(1);
  });

  test.each(Object.keys(spellings))('is of the same app with %s', async (what) => {
    const { org, config, manager } = await stage();
    const connection = await manager.getConnection(config, undefined, 'prod');
    const again = { ...config, ...spellings[what](config) };
    expect(await manager.getConnection(again, undefined, 'prod')).toBe(connection);
    expect(org.stats().tokenRequests).toBe(1);
  });

  describe.each(Object.keys(failures))('stays bound after %s', (what) => {
    test('another app is refused, and the Connection is still there', async () => {
      const { org, config, manager } = await stage();
      const ask = (app, ...rest) => manager.getConnection({ ...config, ...app }, ...rest);
      const connection = await ask({}, undefined, 'prod');
      const [call, code] = failures[what](org);
      expect(await rejection(ask({}, ...call))).toHaveProperty('code', code);
      const error = await rejection(ask(others['another app'](org), undefined, 'prod'));
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', option: 'cacheKey' });
      expect(await ask({}, undefined, 'prod')).toBe(connection);
      expect(org.stats().refreshTokenReuses).toBe(0);
    });
  });

  test('loses no Connection to calls that fail at the same time', async () => {
    const { org, config, manager } = await stage();
    const connection = await manager.getConnection(config, undefined, 'prod');
    const broken = () => Promise.reject(new Error('no such parameter'));
    const calls = [broken, () => broken(), revoked(org)].map((token) =>
      rejection(manager.getConnection(config, token, 'prod')),
    );
    expect(await manager.getConnection(config, undefined, 'prod')).toBe(connection);
    await Promise.all(calls);
    expect(await manager.getConnection(config, undefined, 'prod')).toBe(connection);
    expect(manager.getCacheStats().total).toBe(1);
  });

  test('belongs to the app that gets a token first, if two ask at the same time', async () => {
    const { org, config, manager } = await stage();
    const other = otherApp(org, config);
    const slow = () => sleep(50, other.refreshToken);
    const [second, first] = await Promise.all([
      manager.getConnection(other, slow, 'prod'),
      manager.getConnection(config, undefined, 'prod'),
    ]);
    expect(second.accessToken).not.toBe(first.accessToken);
    expect(manager.getCacheStats().total).toBe(1);
    expect(await manager.getConnection(config, undefined, 'prod')).toBe(first);
    expect(await rejection(manager.getConnection(other, slow, 'prod'))).toMatchObject({
      code: 'CONFIG_INVALID',
      option: 'cacheKey',
    });
  });

  test('caches no Connection of a call that a clear has overtaken', async () => {
    const { org, config, manager } = await stage();
    const slow = () => sleep(50, org.issueRefreshToken());
    const asked = manager.getConnection(config, slow, 'prod');
    manager.clearAllConnections();
    await asked;
    expect(manager.getCacheStats().total).toBe(0);
  });

  test('is not bound before its first token: a wrong secret can be corrected', async () => {
    const { config, manager } = await stage();
    const wrong = { ...config, clientSecret: 'a-wrong-secret' };
    await rejection(manager.getConnection(wrong, undefined, 'prod'));
    await expect(manager.getConnection(config, undefined, 'prod')).resolves.toBeDefined();
    expect(await rejection(manager.getConnection(wrong, undefined, 'prod'))).toMatchObject({
      code: 'CONFIG_INVALID',
      option: 'cacheKey',
    });
  });

  test('has its Connection after a call is refused for a config that is wrong itself', async () => {
    const { config, manager } = await stage();
    const connection = await manager.getConnection(config, undefined, 'prod');
    const error = await rejection(
      manager.getConnection({ ...config, version: 'newest' }, undefined, 'prod'),
    );
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', option: 'version' });
    expect(await manager.getConnection(config, undefined, 'prod')).toBe(connection);
  });

  test('gives a refresh token that came of the first a Connection on the same access token', async () => {
    const { kept, onRefreshToken } = keeper();
    const { org, config, manager } = await stage();
    const first = await manager.getConnection({ ...config, onRefreshToken }, undefined, 'prod');
    const rotated = await manager.getConnection(config, kept[0], 'prod');
    expect(rotated.accessToken).toBe(first.accessToken);
    expect(await manager.getConnection(config, kept[0], 'prod')).toBe(rotated);
    expect(manager.getCacheStats().total).toBe(1);
    expect(org.stats().tokenRequests).toBe(1);
  });

  test('gives a new Connection when another API version is asked for', async () => {
    const { org, config, manager } = await stage();
    const first = await manager.getConnection(config, undefined, 'prod');
    const newer = { ...config, version: '60.0' };
    const second = await manager.getConnection(newer, undefined, 'prod');
    expect([first.version, second.version]).toEqual(['64.0', '60.0']);
    expect(await manager.getConnection(newer, undefined, 'prod')).toBe(second);
    expect(manager.getCacheStats().total).toBe(1);
    expect(org.stats().tokenRequests).toBe(1);
  });

  test.each([
    ['forgetRefreshToken', (manager, config) => manager.forgetRefreshToken(config)],
    ['clearAllConnections', (manager) => manager.clearAllConnections()],
  ])('is free for another app after %s', async (_, free) => {
    const { org, config, manager } = await stage();
    const other = otherApp(org, config);
    const first = await manager.getConnection(config, undefined, 'prod');
    expect(await rejection(manager.getConnection(other, undefined, 'prod'))).toMatchObject({
      option: 'cacheKey',
    });
    free(manager, config);
    const second = await manager.getConnection(other, undefined, 'prod');
    expect(second.accessToken).not.toBe(first.accessToken);
    expect(org.stats().refreshTokenReuses).toBe(0);
  });
});

test('a key that is also the text of a refresh token is no other’s', async () => {
  const { config, manager } = await stage();
  const byToken = await manager.getConnection(config);
  const byKey = await manager.getConnection(config, undefined, config.refreshToken);
  expect(byKey).not.toBe(byToken);
});
