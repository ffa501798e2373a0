'use strict';

const { inspect } = require('node:util');
const { getAuthError } = require('../..');
const { plant, withoutSecrets } = require('../../support/canaries');
const { rejection } = require('../support/rejection');
const { PROMPT, named } = require('../support/token-faults');
const { startTokenHost } = require('../support/token-host');
const { QUERY, keeper, stage } = require('./support');

const SECRET = 'client-secret-canary-0123456789-abcdef';

/** An org whose app has a secret that can be recognised, and a login at it. */
async function canaries() {
  const { org, config, manager } = await stage();
  org.register({
    clientId: 'canary',
    clientSecret: SECRET,
    redirectUris: ['https://app.test/'],
    users: ['someone'],
  });
  const refreshToken = org.issueRefreshToken({ clientId: 'canary' });
  plant('the client secret', SECRET);
  plant('a refresh token', refreshToken);
  const login = { ...config, clientId: 'canary', clientSecret: SECRET, refreshToken };
  return { org, config: login, manager };
}

test.each(named(PROMPT))('no error shows secret or refresh token: %s', async (_, { fault }) => {
  const { org, config, manager } = await canaries();
  const login = { ...config, ...keeper() };
  const connection = await manager.getConnection(login);
  org.inject(fault);
  org.revokeAll();
  const wrapper = await rejection(connection.query(QUERY));
  const error = getAuthError(wrapper, connection);
  expect(error).toBeDefined();
  const again = await rejection(connection.query(QUERY));
  for (const each of [wrapper, error, again, manager]) withoutSecrets(each);
});

test('a token endpoint that repeats what it is sent is not repeated', async () => {
  const { config, manager } = await canaries();
  const host = await startTokenHost((form, body) => ({
    status: 400,
    error: form.get('refresh_token'),
    error_description: `${form.get('client_secret')} ${body}`,
  }));
  await rejection(manager.getConnection({ ...config, loginUrl: host.url }));
  expect(host.forms[0].get('client_secret')).toBe(SECRET);
});

test('what a callback says of the token is no part of the error but of its cause', async () => {
  const { config, manager } = await canaries();
  const told = [];
  const onRefreshToken = (token) => {
    told.push(token);
    throw new Error(`cannot write ${token}`);
  };
  const asked = manager.getConnection({ ...config, onRefreshToken });
  const error = await asked.catch((each) => each); // what holds a secret is the user's own cause
  expect(error.cause.message).toBe(`cannot write ${told[0]}`);
  expect(error.message + error.stack).not.toContain(told[0]);
  expect(inspect(Object.defineProperty(error, 'cause', { value: '' }))).not.toContain(told[0]);
});

test('a config in which every value is a secret by mistake is refused without it', async () => {
  const { org, config, manager } = await canaries();
  const names = ['loginUrl', 'instanceUrl', 'clientAuthentication', 'rotation', 'version'];
  for (const name of [...names, 'keepTimeout', 'tokenTtl', 'onRefreshToken']) {
    const value = `${SECRET} ${SECRET}`;
    const error = await rejection(manager.getConnection({ ...config, [name]: value }));
    expect(error.code).toBe('CONFIG_INVALID');
  }
  expect(org.stats().tokenRequests).toBe(0);
});
