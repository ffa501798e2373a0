'use strict';

const { ConfigurationError, JWTConnectionManager } = require('../..');
const { startOrg } = require('../support/orgs');
const { rejection } = require('../support/rejection');

const NAMES = ['SF_CLIENT_ID', 'SF_PRIVATE_KEY', 'SF_USERNAME', 'SF_INSTANCE_URL'];

/** @type {JWTConnectionManager} */
let manager;
let org;
let saved;
beforeEach(async () => {
  saved = { ...process.env };
  for (const name of Object.keys(saved)) if (name.startsWith('SF_')) delete process.env[name];
  manager = new JWTConnectionManager();
  org = await startOrg();
});
afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
  Object.assign(process.env, saved);
});

function setEnvironment({ clientId, privateKey, username, instanceUrl } = org.config) {
  Object.assign(process.env, {
    SF_CLIENT_ID: clientId,
    SF_PRIVATE_KEY: privateKey.replaceAll('\n', '\\n'),
    SF_USERNAME: username,
    SF_INSTANCE_URL: instanceUrl,
  });
}

test('a complete environment logs in', async () => {
  setEnvironment();
  const connection = await manager.getConnection();
  expect(await connection.query('SELECT Id FROM Account LIMIT 1')).toHaveProperty('totalSize', 1);
  expect(await manager.getConnection(undefined, {})).toBe(connection);
  expect(await manager.getAccessToken()).toHaveProperty('accessToken', connection.accessToken);
  manager.prewarm();
  expect(org.stats().tokenRequests).toBe(1);
});

test('it is the same login as a config of the same values', async () => {
  setEnvironment();
  await manager.getAccessToken(org.config);
  await manager.getAccessToken();
  expect(org.stats().tokenRequests).toBe(1);
});

test('all that is missing is named in one error, and an empty variable is missing', async () => {
  const messages = async () => {
    const error = await rejection(manager.getConnection());
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.code).toBe('CONFIG_INVALID');
    expect(manager.prewarm()).toBeUndefined();
    return [error.option, error.message];
  };
  expect((await messages())[0]).toBe(NAMES.join(', '));
  setEnvironment();
  process.env.SF_USERNAME = '';
  delete process.env.SF_INSTANCE_URL;
  const [option, message] = await messages();
  expect(option).toBe('SF_USERNAME, SF_INSTANCE_URL');
  expect(message).toContain('Set SF_USERNAME, SF_INSTANCE_URL in the environment');
  expect(message).not.toContain('SF_CLIENT_ID');
});

test('it is read again after it was incomplete', async () => {
  await rejection(manager.getConnection());
  setEnvironment();
  await expect(manager.getConnection()).resolves.toBeDefined();
});

test('it is read once, and again after clearAllTokens', async () => {
  setEnvironment();
  const first = await manager.getConnection();
  const other = await startOrg();
  setEnvironment(other.config);
  expect(await manager.getConnection()).toBe(first);
  manager.clearAllTokens();
  const second = await manager.getConnection();
  expect(second.instanceUrl).toBe(other.instanceUrl);
  expect([org.stats().tokenRequests, other.stats().tokenRequests]).toEqual([1, 1]);
});

test('SF_LOGIN_URL and SF_AUDIENCE', async () => {
  setEnvironment({ ...org.config, instanceUrl: 'https://acme.my.salesforce.com' });
  const wanted = 'https://audience.example.com';
  Object.assign(process.env, { SF_LOGIN_URL: org.url, SF_AUDIENCE: wanted });
  const error = await rejection(manager.getAccessToken());
  expect(error).toMatchObject({ code: 'APP_NOT_FOUND', attempts: 1 });
  expect(org.lastAssertion().claims.aud).toBe(wanted);

  manager.clearAllTokens();
  Object.assign(process.env, { SF_LOGIN_URL: '', SF_AUDIENCE: '' });
  setEnvironment();
  await manager.getAccessToken();
  expect(org.lastAssertion().claims.aud).toBe(org.url);
});

test('fault 65: what an env file adds is taken off, and quotes around nothing are nothing', async () => {
  const { clientId, privateKey, username, instanceUrl } = org.config;
  setEnvironment({
    clientId: `"${clientId}"`,
    privateKey: `"${privateKey}"`,
    username: `\u{feff}'${username}'\r`,
    instanceUrl: `"${instanceUrl}"\n`,
  });
  Object.assign(process.env, { SF_LOGIN_URL: '""', SF_AUDIENCE: "''", SF_TOKEN_TTL: '"session"' });
  await manager.getAccessToken();
  await manager.getAccessToken({ ...org.config, tokenTtl: 'session' });
  expect(org.stats().tokenRequests).toBe(1);
  manager.clearAllTokens();
  process.env.SF_USERNAME = '""';
  expect(await rejection(manager.getAccessToken())).toHaveProperty('option', 'SF_USERNAME');
  process.env.SF_USERNAME = 'undefined';
  const error = await rejection(manager.getAccessToken());
  expect(error).toMatchObject({ code: 'CONFIG_INVALID', option: 'username' });
  expect(error.message).toContain('missing value');
});

test.each([
  ['', 150],
  ['60', 30],
  ['90.5', 60.5],
  ['session', 3_270],
])('SF_TOKEN_TTL %j', async (text, usable) => {
  setEnvironment();
  process.env.SF_TOKEN_TTL = text;
  const asked = Date.now();
  const { expiresAt } = await manager.getAccessToken();
  const seconds = (expiresAt - asked) / 1000;
  expect(seconds).toBeGreaterThanOrEqual(usable - 0.002);
  expect(seconds).toBeLessThan(usable + 2);
});

test.each([
  ['forever', 'SF_TOKEN_TTL'],
  ['Infinity', 'SF_TOKEN_TTL'],
  ['3m', 'SF_TOKEN_TTL'],
  ['-60', 'tokenTtl'],
  ['5', 'tokenTtl'],
])('SF_TOKEN_TTL %j cannot be used', async (text, option) => {
  setEnvironment();
  process.env.SF_TOKEN_TTL = text;
  const error = await rejection(manager.getAccessToken());
  expect(error).toMatchObject({ code: 'CONFIG_INVALID', option });
  expect(org.stats().tokenRequests).toBe(0);
});

test('a config that is given counts alone', async () => {
  setEnvironment({ ...org.config, username: 'nobody@example.com' });
  Object.assign(process.env, { SF_AUDIENCE: 'https://audience.example.com', SF_TOKEN_TTL: '60' });
  await expect(manager.getAccessToken(org.config)).resolves.toHaveProperty('accessToken');
  const incomplete = await rejection(manager.getAccessToken({}));
  expect(incomplete).toHaveProperty('code', 'CONFIG_INVALID');
});
