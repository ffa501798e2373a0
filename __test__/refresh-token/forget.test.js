'use strict';

const { ConfigurationError } = require('../..');
const { thrown } = require('../support/rejection');
const { keeper, stage } = require('./support');

test('forgetRefreshToken drops what the refresh token led to, with its Connections', async () => {
  const { kept, onRefreshToken } = keeper();
  const { config, manager } = await stage();
  await manager.getConnection({ ...config, onRefreshToken });
  await manager.getConnection(config, undefined, 'prod');
  expect(manager.getCacheStats().total).toBe(2);
  expect(manager.forgetRefreshToken(config)).toBe(true);
  expect(manager.getCacheStats().total).toBe(0);
  expect(manager.forgetRefreshToken(config, kept[0])).toBe(false);
});

test('any refresh token of the lineage will do', async () => {
  const { kept, onRefreshToken } = keeper();
  const { config, manager } = await stage();
  await manager.getConnection({ ...config, onRefreshToken });
  expect(manager.forgetRefreshToken(config, kept[0])).toBe(true);
  expect(manager.forgetRefreshToken(config)).toBe(false);
});

test('one that nobody used is not known, and others stay', async () => {
  const { org, config, manager } = await stage();
  const connection = await manager.getConnection(config);
  expect(manager.forgetRefreshToken(config, org.issueRefreshToken())).toBe(false);
  expect(await manager.getConnection(config)).toBe(connection);
});

test('a function is forgotten with what it gave', async () => {
  const { org, config, manager } = await stage();
  const refreshToken = () => config.refreshToken;
  expect(manager.forgetRefreshToken(config, refreshToken)).toBe(false);
  await manager.getConnection(config, refreshToken);
  expect(manager.forgetRefreshToken(config, refreshToken)).toBe(true);
  expect(org.stats().exchanges).toBe(1);
});

test('it throws for what is no configuration', async () => {
  const { manager } = await stage();
  for (const config of [{}, null, { clientId: 'x', refreshToken: 1 }]) {
    expect(thrown(() => manager.forgetRefreshToken(config))).toBeInstanceOf(ConfigurationError);
  }
});
