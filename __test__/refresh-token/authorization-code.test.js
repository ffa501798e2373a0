'use strict';

const { createHash } = require('node:crypto');
const {
  ConfigurationError,
  SalesforceAuthError,
  SalesforceConnectionManager,
  authorizationRequest,
  redeemAuthorizationCode,
} = require('../..');
const { rejection, thrown } = require('../support/rejection');
const { QUERY, stage } = require('./support');

/** What a browser would do: the page is visited, and the redirect it answers with is read. */
async function approve(url) {
  const answer = await fetch(url, { redirect: 'manual' });
  return new URL(answer.headers.get('location')).searchParams;
}

/** A config without a refresh token, and the code that a user came back with. */
async function authorized(options) {
  const { org, config } = await stage();
  const { refreshToken: _, ...app } = config;
  const { url, state, codeVerifier } = authorizationRequest(app, options);
  const back = await approve(url);
  return { org, app, state, back, code: { code: back.get('code'), codeVerifier } };
}

test('a user approves, and the code brings a refresh token that works', async () => {
  const { app, state, back, code } = await authorized();
  expect(back.get('state')).toBe(state);
  const { refreshToken, accessToken, instanceUrl, ...rest } = await redeemAuthorizationCode(
    app,
    code,
  );
  expect(accessToken).toEqual(expect.any(String));
  expect(instanceUrl).toMatch(/^http/);
  expect(rest).toEqual({
    identityUrl: expect.stringContaining('/id/'),
    scope: expect.stringContaining('refresh_token'),
  });
  const manager = new SalesforceConnectionManager();
  const onRefreshToken = () => {};
  const connection = await manager.getConnection({ ...app, onRefreshToken }, refreshToken);
  expect((await connection.query(QUERY)).totalSize).toBe(1);
});

test('a refresh token beside an access token that cannot be used is not lost', async () => {
  const { org, app, code } = await authorized();
  org.inject({ kind: 'instance-url', value: 'https://evil.example' });
  const redeemed = await redeemAuthorizationCode(app, code);
  expect(redeemed).toEqual({ refreshToken: expect.any(String) });
});

test('the request holds what it is asked for, and a challenge of the verifier', () => {
  const config = { clientId: 'app', redirectUri: 'https://app.test/back?x=1' };
  const options = { scope: 'api', state: 's t', prompt: 'login', loginHint: 'a@b.example' };
  const { url, state, codeVerifier } = authorizationRequest(config, options);
  const { origin, pathname, searchParams } = new URL(url);
  expect(origin + pathname).toBe('https://login.salesforce.com/services/oauth2/authorize');
  expect(Object.fromEntries(searchParams)).toEqual({
    response_type: 'code',
    client_id: 'app',
    redirect_uri: config.redirectUri,
    scope: 'api',
    state: 's t',
    prompt: 'login',
    login_hint: 'a@b.example',
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  expect(state).toBe('s t');
  expect(codeVerifier).toMatch(/^[\w-]{43}$/);
  const again = authorizationRequest(config);
  expect(again.codeVerifier).not.toBe(codeVerifier);
  expect(again.state).toMatch(/^[\w-]{43}$/);
});

test('a site’s path stays in front', () => {
  const loginUrl = 'https://acme.my.site.com/partners/';
  const { url } = authorizationRequest({
    clientId: 'x',
    redirectUri: 'https://app.test',
    loginUrl,
  });
  expect(url).toMatch(/^https:\/\/acme\.my\.site\.com\/partners\/services\/oauth2\/authorize\?/);
});

test('an app without the scope gives no refresh token', async () => {
  const { app, code } = await authorized({ scope: 'api' });
  const error = await rejection(redeemAuthorizationCode(app, code));
  expect(error).toBeInstanceOf(SalesforceAuthError);
  expect(error.code).toBe('SCOPE_MISSING');
});

test.each([
  ['another verifier', { codeVerifier: 'v'.repeat(43) }],
  ['another code', { code: 'of-nobody' }],
])('a code with %s is refused, once', async (_, change) => {
  const { org, app, code } = await authorized();
  const error = await rejection(redeemAuthorizationCode(app, { ...code, ...change }));
  expect(error).toMatchObject({ code: 'AUTHORIZATION_CODE_INVALID', retryable: false });
  for (const secret of [code.code, code.codeVerifier]) expect(error.message).not.toContain(secret);
  expect(org.stats().tokenRequests).toBe(1);
});

test('a code is good for one use', async () => {
  const { app, code } = await authorized();
  await redeemAuthorizationCode(app, code);
  expect(await rejection(redeemAuthorizationCode(app, code))).toHaveProperty(
    'code',
    'AUTHORIZATION_CODE_INVALID',
  );
});

test('what is missing or no text is named', async () => {
  const app = { clientId: 'x', redirectUri: 'https://app.test' };
  for (const config of [undefined, {}, { clientId: 'x' }, { ...app, loginUrl: 'login' }]) {
    expect(thrown(() => authorizationRequest(config))).toBeInstanceOf(ConfigurationError);
  }
  for (const options of [null, 'api', { scope: ['api'] }, { state: 1 }]) {
    expect(thrown(() => authorizationRequest(app, options))).toBeInstanceOf(ConfigurationError);
  }
  for (const code of [undefined, {}, { code: 'x' }, { code: 'x', codeVerifier: 1 }]) {
    expect(await rejection(redeemAuthorizationCode(app, code))).toBeInstanceOf(ConfigurationError);
  }
});
