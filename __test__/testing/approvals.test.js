'use strict';

const { startLocalOrg } = require('../../testing');
const { callApi, post, refresh, refusal } = require('./peer');

const EXPIRED = {
  status: 400,
  error: 'invalid_grant',
  description: 'expired access/refresh token',
};

let org;
beforeEach(async () => {
  org = await startLocalOrg({ rotation: true });
});
afterEach(() => org.close());

const refreshed = async (token) => (await refresh(org, token)).json();
const apiStatus = async (token) => (await callApi(org, token)).status;

async function introspect(token) {
  const { clientId, clientSecret } = org.oauth;
  const form = { client_id: clientId, client_secret: clientSecret, token };
  return (await post(org, 'introspect', form)).json();
}

describe('an approval is withdrawn', () => {
  test.each([
    ['a form', (token) => post(org, 'revoke', { token })],
    [
      'a form with a hint',
      (token) => post(org, 'revoke', { token, token_type_hint: 'refresh_token' }),
    ],
    ['a query', (token) => fetch(`${org.url}/services/oauth2/revoke?token=${token}`)],
  ])('by its refresh token at the revocation endpoint, in %s', async (_, revoke) => {
    const { access_token, refresh_token } = await refreshed();
    expect((await revoke(refresh_token)).status).toBe(200);
    expect(await apiStatus(access_token)).toBe(401);
    expect(await refusal(await refresh(org, refresh_token))).toEqual(EXPIRED);
    expect(await refusal(await revoke(refresh_token))).toMatchObject({ error: 'invalid_token' });
    expect(org.stats()).toMatchObject({ familiesRevoked: 1, refreshTokenReuses: 0 });
  });

  test('not by a spent refresh token', async () => {
    const { refresh_token } = await refreshed();
    const response = await post(org, 'revoke', { token: org.oauth.refreshToken });
    expect(await refusal(response)).toMatchObject({ error: 'invalid_token' });
    expect((await refresh(org, refresh_token)).status).toBe(200);
  });

  test('not by an access token, which ends with its session', async () => {
    const { access_token, refresh_token } = await refreshed();
    expect((await post(org, 'revoke', { token: access_token })).status).toBe(200);
    expect(await apiStatus(access_token)).toBe(401);
    expect((await refresh(org, refresh_token)).status).toBe(200);
  });

  test('by the test, which may know the first refresh token only', async () => {
    const { access_token, refresh_token } = await refreshed();
    org.revokeRefreshToken(org.oauth.refreshToken);
    expect(await apiStatus(access_token)).toBe(401);
    expect(await refusal(await refresh(org, refresh_token))).toEqual(EXPIRED);
    expect(() => org.revokeRefreshToken('x')).toThrow(TypeError);
  });

  test('not with the sessions', async () => {
    org.revokeAll();
    expect((await refresh(org)).status).toBe(200);
  });
});

describe('introspection', () => {
  test('knows a refresh token', async () => {
    const token = org.oauth.refreshToken;
    const answer = await introspect(token);
    const { sub } = await introspect((await refreshed()).access_token);
    expect(answer).toEqual({
      active: true,
      scope: 'api refresh_token',
      client_id: org.oauth.clientId,
      username: org.config.username,
      sub,
      token_type: 'refresh_token',
      iat: expect.any(Number),
      nbf: answer.iat,
    });
    expect(await introspect(token)).toEqual({ active: false });
  });

  test('knows when one ends, if it does', async () => {
    const app = { clientId: 'brief', redirectUris: ['https://x/'], refreshTokenLife: 100 };
    org.register({ ...app, users: ['brief@example.com'] });
    const { iat, exp } = await introspect(org.issueRefreshToken({ clientId: 'brief' }));
    expect(exp - iat).toBe(100);
  });
});

describe('an approval is given', () => {
  test('by a user of choice', async () => {
    org.register({ clientId: 'two', redirectUris: ['https://x/'], users: ['a@x.com', 'b@x.com'] });
    const approval = { clientId: 'two', username: 'b@x.com' };
    expect((await introspect(org.issueRefreshToken(approval))).username).toBe('b@x.com');
    const byTheFirst = org.issueRefreshToken({ clientId: 'two' });
    expect((await introspect(byTheFirst)).username).toBe('a@x.com');
  });

  test('to a registered app only', () => {
    expect(() => org.issueRefreshToken({ clientId: 'nobody' })).toThrow(TypeError);
  });
});
