'use strict';

const { rejection } = require('../support/rejection');
const { publicKeyOf } = require('../support/orgs');
const { startTokenHost } = require('../support/token-host');
const { QUERY, stage } = require('./support');

test.each([
  [undefined, true],
  ['form', true],
  ['basic', false],
])('with clientAuthentication %s the secret is in the form: %s', async (how, isThere) => {
  const { config, manager } = await stage();
  const host = await startTokenHost(() => ({ access_token: 'a-token', instance_url: host.url }));
  await manager.getConnection({ ...config, loginUrl: host.url, clientAuthentication: how });
  expect(host.forms.map((form) => form.has('client_secret'))).toEqual([isThere]);
});

test('an HTTP Basic header is as good as the form', async () => {
  const { org, config, manager } = await stage();
  const basic = { ...config, clientAuthentication: 'basic' };
  const connection = await manager.getConnection(basic);
  expect((await connection.query(QUERY)).totalSize).toBe(1);
  expect(org.stats().tokenRequests).toBe(1);
});

test('a private key signs in place of the secret', async () => {
  const { org, config, manager } = await stage();
  const clientId = 'signing';
  const { privateKey } = org.config;
  org.register({
    clientId,
    publicKey: publicKeyOf(org),
    clientSecret: 'nobody knows',
    redirectUris: ['https://app.test/'],
    grants: ['refresh_token'],
    users: ['someone'],
  });
  const refreshToken = org.issueRefreshToken({ clientId });
  const { loginUrl } = config;
  const signing = { clientId, privateKey, loginUrl, refreshToken };
  const connection = await manager.getConnection(signing);
  expect((await connection.query(QUERY)).totalSize).toBe(1);
  expect(org.lastAssertion().claims).toMatchObject({ iss: clientId, sub: clientId });
});

test('a key that cannot sign is told before anything is sent', async () => {
  const { org, config, manager } = await stage();
  const signing = { ...config, clientSecret: undefined, privateKey: 'private_key.pem' };
  expect(await rejection(manager.getConnection(signing))).toHaveProperty(
    'code',
    'PRIVATE_KEY_INVALID',
  );
  expect(org.stats().tokenRequests).toBe(0);
});
