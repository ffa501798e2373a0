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

describe('a key that is bound to one credential', () => {
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
    expect(await manager.getConnection(config, undefined, 'prod')).toBe(connection);
    expect(org.stats().tokenRequests).toBe(1);
  });

  test('takes a refresh token that came of the first', async () => {
    const { kept, onRefreshToken } = keeper();
    const { org, config, manager } = await stage();
    const first = await manager.getConnection({ ...config, onRefreshToken }, undefined, 'prod');
    const rotated = await manager.getConnection(config, kept[0], 'prod');
    expect(rotated).toBe(first);
    expect(await manager.getConnection(config, config.refreshToken, 'prod')).toBe(first);
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

  test('is free again after clearAllConnections and after forgetRefreshToken', async () => {
    const { org, config, manager } = await stage();
    const other = { ...config, refreshToken: org.issueRefreshToken() };
    await manager.getConnection(config, undefined, 'prod');
    expect(manager.forgetRefreshToken(config)).toBe(true);
    const second = await manager.getConnection(other, undefined, 'prod');
    manager.clearAllConnections();
    expect(await manager.getConnection(other, undefined, 'prod')).not.toBe(second);
    expect(org.stats().refreshTokenReuses).toBe(0);
  });
});

test('a key that is also the text of a refresh token is no other’s', async () => {
  const { config, manager } = await stage();
  const byToken = await manager.getConnection(config);
  const byKey = await manager.getConnection(config, undefined, config.refreshToken);
  expect(byKey).not.toBe(byToken);
});
