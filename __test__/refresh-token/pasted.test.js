'use strict';

// Values of a login by refresh token as people paste them.

const { authorizationRequest, redeemAuthorizationCode } = require('../..');
const { rejection } = require('../support/rejection');
const { startTokenHost } = require('../support/token-host');
const { listening, stage } = require('./support');

test('fault 65: what pasting adds is taken off, and the login is the same one', async () => {
  const { org, config, manager } = await stage({ rotation: false });
  await manager.getConnection(config);
  const { clientId, clientSecret, refreshToken, loginUrl } = config;
  for (const spell of [
    (text) => ` ${text}\n`,
    (text) => `"${text}"`,
    (text) => `'${text}'\r\n`,
    (text) => `\u{201c}${text}\u{201d}`,
    (text) => `\u{feff}${text}\u{200b}`,
    (text) => `\\"${text}\\n\\"`,
  ]) {
    const pasted = {
      clientId: spell(clientId),
      clientSecret: spell(clientSecret),
      refreshToken: spell(refreshToken),
      loginUrl: spell(loginUrl),
    };
    await expect(manager.getConnection(pasted)).resolves.toHaveProperty('accessToken');
  }
  expect(org.stats().tokenRequests).toBe(1);
});

test('fault 65: a refresh token and a code out of a URL are decoded', async () => {
  const host = await startTokenHost(() => ({ status: 400, error: 'invalid_grant' }));
  const app = { clientId: 'app', redirectUri: 'https://app.test/', loginUrl: host.url };
  const manager = listening();
  await rejection(manager.getConnection(app, '5Aep861.x%3D%3D'));
  await rejection(redeemAuthorizationCode(app, { code: 'aPrx%3D%3D', codeVerifier: 'v' }));
  await rejection(redeemAuthorizationCode(app, { code: 'aPrx%41', codeVerifier: 'v' }));
  expect(host.forms[0].get('refresh_token')).toBe('5Aep861.x==');
  expect(host.forms[1].get('code')).toBe('aPrx==');
  expect(host.forms[2].get('code')).toBe('aPrx%41');
});

test.each([
  ['undefined', 'missing value'],
  ['[object Object]', 'object or array'],
  ['$SF_VALUE', 'unfilled placeholder'],
  ['{{resolve:secretsmanager:x}}', 'unfilled placeholder'],
  ['x\0y\0z\0', 'UTF-16'],
])('fault 65: %j is told as what it is, and nothing is sent', async (text, told) => {
  const { org, config, manager } = await stage();
  for (const option of ['clientId', 'clientSecret', 'refreshToken', 'loginUrl']) {
    const error = await rejection(manager.getConnection({ ...config, [option]: text }));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', option });
    expect(error.message).toContain(told);
    expect(error.message).not.toMatch(/expired|path of a file/);
  }
  const read = { ...config, refreshToken: () => text };
  expect(await rejection(manager.getConnection(read))).toHaveProperty('option', 'refreshToken');
  for (const code of [
    { code: text, codeVerifier: 'v' },
    { code: 'x', codeVerifier: text },
  ]) {
    const error = await rejection(redeemAuthorizationCode(config, code));
    expect(error).toHaveProperty('code', 'CONFIG_INVALID');
  }
  expect(org.stats().tokenRequests).toBe(0);
});

test('fault 65: the login page gets the names without what pasting added', () => {
  const { url } = authorizationRequest({
    clientId: '"3MVG9"',
    redirectUri: " 'https://app.test/back'\n",
    loginUrl: '"https://acme.my.site.com/partners/"',
  });
  const { origin, pathname, searchParams } = new URL(url);
  expect(origin + pathname).toBe('https://acme.my.site.com/partners/services/oauth2/authorize');
  expect(searchParams.get('client_id')).toBe('3MVG9');
  expect(searchParams.get('redirect_uri')).toBe('https://app.test/back');
});

test('fault 69: a refresh token that the host does not know: the hint names loginUrl first', async () => {
  const { org, config, manager } = await stage();
  org.revokeRefreshToken(config.refreshToken);
  const error = await rejection(manager.getConnection(config));
  expect(error.code).toBe('REFRESH_TOKEN_INVALID');
  expect(error.hint).toMatch(/^Check loginUrl first: .*https:\/\/test\.salesforce\.com.*My Domain/);
});

test('fault 72: a client secret of one letter eats no words of a message', async () => {
  const description = 'invalid client credentials: a';
  const host = await startTokenHost(() => ({
    status: 400,
    error: 'invalid_client',
    error_description: description,
  }));
  const config = { clientId: 'app', clientSecret: 'a', refreshToken: 'x', loginUrl: host.url };
  const error = await rejection(listening().getConnection(config));
  expect(error).toMatchObject({
    code: 'CLIENT_CREDENTIALS_INVALID',
    error: 'invalid_client',
    errorDescription: 'invalid client credentials: …',
  });
  expect(error.message).toContain('The authorization server answered invalid_client ("invalid');
});
