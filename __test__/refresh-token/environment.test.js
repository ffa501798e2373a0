'use strict';

const { ConfigurationError } = require('../..');
const { startOrg } = require('../support/orgs');
const { rejection } = require('../support/rejection');
const { QUERY, stage } = require('./support');

let saved;
beforeEach(() => {
  saved = { ...process.env };
  for (const name of Object.keys(saved)) if (name.startsWith('SF_')) delete process.env[name];
});
afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
  Object.assign(process.env, saved);
});

function setEnvironment({ clientId, clientSecret, redirectUri, refreshToken, loginUrl }) {
  Object.assign(process.env, {
    SF_CLIENT_ID: clientId,
    SF_CLIENT_SECRET: clientSecret,
    SF_REDIRECT_URI: redirectUri,
    SF_REFRESH_TOKEN: refreshToken,
    SF_LOGIN_URL: loginUrl,
  });
}

test('a complete environment logs in, as the same login as a config of the same values', async () => {
  const { org, config, manager } = await stage();
  setEnvironment(config);
  const connection = await manager.getConnection();
  expect((await connection.query(QUERY)).totalSize).toBe(1);
  expect(await manager.getConnection(config)).toBe(connection);
  expect(org.stats().tokenRequests).toBe(1);
});

test('all that is missing is named in one error, and an empty variable is missing', async () => {
  const { config, manager } = await stage();
  const error = await rejection(manager.getConnection());
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(error.option).toBe('SF_CLIENT_ID, SF_REFRESH_TOKEN');
  setEnvironment(config);
  process.env.SF_REFRESH_TOKEN = '';
  expect(await rejection(manager.getConnection())).toHaveProperty('option', 'SF_REFRESH_TOKEN');
});

test('a refresh token that is given needs none in the environment', async () => {
  const { config, manager } = await stage();
  setEnvironment(config);
  process.env.SF_REFRESH_TOKEN = '';
  await expect(manager.getConnection(undefined, config.refreshToken)).resolves.toBeDefined();
  expect(await rejection(manager.getConnection())).toHaveProperty('option', 'SF_REFRESH_TOKEN');
});

test('the secret may be missing, for an app that wants none', async () => {
  const { org, config, manager } = await stage();
  const clientId = 'public';
  org.register({ clientId, redirectUris: ['https://app.test/'], users: ['someone'] });
  setEnvironment({ ...config, clientId, refreshToken: org.issueRefreshToken({ clientId }) });
  process.env.SF_CLIENT_SECRET = '';
  await expect(manager.getConnection()).resolves.toBeDefined();
});

test('it is read once, and again after clearAllConnections', async () => {
  const { org, config, manager } = await stage();
  const other = await startOrg();
  setEnvironment(config);
  const first = await manager.getConnection();
  setEnvironment(other.oauth);
  expect(await manager.getConnection()).toBe(first);
  manager.clearAllConnections();
  expect((await manager.getConnection()).instanceUrl).toBe(other.instanceUrl);
  expect(org.stats().tokenRequests).toBe(1);
});

test('forgetRefreshToken() forgets that of the environment', async () => {
  const { config, manager } = await stage();
  setEnvironment(config);
  await manager.getConnection();
  expect(manager.forgetRefreshToken()).toBe(true);
});
