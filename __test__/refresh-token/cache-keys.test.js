'use strict';

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

  test('keeps its Connection when a call is refused for a config that is wrong itself', async () => {
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
    const clientSecret = 's3cret';
    org.register({
      ...config,
      clientId: 'other',
      clientSecret,
      redirectUris: ['https://x.test/'],
      users: ['a@b.c'],
    });
    const refreshToken = org.issueRefreshToken({ clientId: 'other' });
    const other = { ...config, clientId: 'other', clientSecret, refreshToken };
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
