'use strict';

const { createHash } = require('node:crypto');
const { startLocalOrg } = require('../../testing');
const { callApi, changeApp, expectTokenResponse, post, refresh, refusal } = require('./peer');

const VERIFIER = 'v'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
const EXPIRED = { status: 400, error: 'invalid_grant', description: 'expired authorization code' };
const WRONG_VERIFIER = { ...EXPIRED, description: 'invalid code verifier' };

let org;
beforeEach(async () => {
  org = await startLocalOrg();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await org.close();
});

/** Sends a browser to the authorization endpoint; resolves to the HTTP response. */
function visit(changes = {}) {
  const { clientId, redirectUri } = org.oauth;
  const asked = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state: 'a&b',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...changes,
  };
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  const url = `${org.url}/services/oauth2/authorize?${new URLSearchParams(given)}`;
  return fetch(url, { redirect: 'manual' });
}

/** What the app finds in the URL that the browser comes back with. */
async function comeBack(changes) {
  const response = await visit(changes);
  expect(response.status).toBe(302);
  const { origin, pathname, searchParams } = new URL(response.headers.get('location'));
  expect(origin + pathname).toBe(org.oauth.redirectUri);
  return Object.fromEntries(searchParams);
}

function redeem(code, changes = {}) {
  const { clientId, clientSecret, redirectUri } = org.oauth;
  const form = {
    grant_type: 'authorization_code',
    code,
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uri: redirectUri,
    code_verifier: VERIFIER,
    ...changes,
  };
  const given = Object.entries(form).filter(([, value]) => value !== undefined);
  return post(org, 'token', given);
}

const redeemed = async (...args) => (await redeem(...args)).json();
const newCode = async (changes) => (await comeBack(changes)).code;

describe('the authorization endpoint', () => {
  test('sends the browser back with a code and the state', async () => {
    expect(await comeBack()).toEqual({ code: expect.stringMatching(/^aPrx.{20,}/), state: 'a&b' });
    expect(await comeBack({ state: undefined })).toEqual({ code: expect.any(String) });
    expect(org.stats().requests).toEqual({ authorize: 2 });
  });

  test('keeps what the redirect URI has in its query', async () => {
    const redirectUri = `${org.oauth.redirectUri}?tenant=1`;
    changeApp(org, { redirectUris: [org.oauth.redirectUri, redirectUri] });
    expect(await comeBack({ redirect_uri: redirectUri })).toMatchObject({ tenant: '1' });
  });

  test.each([
    ['a redirect URI', { redirect_uri: 'http://localhost:1717/' }, 'redirect_uri_mismatch'],
    ['no redirect URI', { redirect_uri: undefined }, 'redirect_uri_mismatch'],
    ['a client', { client_id: 'nobody' }, 'invalid_client_id'],
  ])(
    'shows a page, and sends nobody anywhere, for %s it does not know',
    async (_, asked, error) => {
      const response = await visit(asked);
      expect(response.status).toBe(400);
      expect(response.headers.get('location')).toBeNull();
      expect(await response.text()).toContain(error);
    },
  );

  test.each([
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['another challenge method', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['an empty challenge', { code_challenge: '' }, 'invalid_request'],
    ['an unknown scope', { scope: 'api everything' }, 'invalid_scope'],
  ])('sends the browser back with an error for %s', async (_, asked, error) => {
    const answer = await comeBack(asked);
    expect(answer).toEqual({ error, error_description: expect.any(String), state: 'a&b' });
  });

  test.each([
    ['is not active', { users: [{ username: 'x', active: false }] }, 'access_denied'],
    ['does not exist', { users: [] }, 'access_denied'],
    ['is not approved', { users: [{ username: 'x', approved: false }] }, 'invalid_app_access'],
    ['cannot use this flow', { grants: ['refresh_token'] }, 'oauth_flow_disabled'],
  ])('sends the browser back with an error if the user %s', async (_, registration, error) => {
    changeApp(org, registration);
    expect(await comeBack()).toMatchObject({ error });
  });

  test('has the user approve the app, where users do that', async () => {
    const users = [{ username: 'x@example.com', approved: false }];
    changeApp(org, { users, approval: 'self-authorize' });
    expect(await refusal(await refresh(org, org.issueRefreshToken()))).toMatchObject({
      description: "user hasn't approved this consumer",
    });
    const { refresh_token } = await redeemed(await newCode());
    expect((await refresh(org, refresh_token)).status).toBe(200);
  });
});

describe('a code', () => {
  test('is good for an access token and a refresh token', async () => {
    const response = await redeem(await newCode());
    expect(response.headers.get('cache-control')).toBe('no-store');
    const answer = await response.json();
    expectTokenResponse(answer, org, { refresh_token: expect.stringMatching(/^5Aep861/) });
    expect((await callApi(org, answer.access_token)).status).toBe(200);
    expect((await refresh(org, answer.refresh_token)).status).toBe(200);
    expect(org.stats().logins).toEqual({ [org.config.username]: 2 });
  });

  test('brings the refresh token only if the scope has it', async () => {
    const brief = await redeemed(await newCode({ scope: 'api id' }));
    expect(brief).toMatchObject({ scope: 'api id', access_token: expect.any(String) });
    expect(brief).not.toHaveProperty('refresh_token');
    const lasting = await redeemed(await newCode({ scope: 'api offline_access' }));
    expect(lasting).toMatchObject({ scope: 'api offline_access' });
    expect(lasting).toHaveProperty('refresh_token');
  });

  test('used twice ends what it had granted', async () => {
    const code = await newCode();
    const { access_token, refresh_token } = await redeemed(code);
    expect(await refusal(await redeem(code))).toEqual(EXPIRED);
    expect((await callApi(org, access_token)).status).toBe(401);
    expect((await refresh(org, refresh_token)).status).toBe(400);
    expect(org.stats()).toMatchObject({ familiesRevoked: 1, refreshTokenReuses: 0 });
  });

  test('lives for 15 minutes', async () => {
    const start = Date.now();
    const clock = jest.spyOn(Date, 'now').mockReturnValue(start);
    const [one, two] = [await newCode(), await newCode()];
    clock.mockReturnValue(start + 899_000);
    expect((await redeem(one)).status).toBe(200);
    clock.mockReturnValue(start + 900_000);
    expect(await refusal(await redeem(two))).toEqual(EXPIRED);
  });

  test('is refused when nobody knows it', async () => {
    expect(await refusal(await redeem('x'))).toEqual(EXPIRED);
    expect(await refusal(await redeem(undefined))).toEqual(EXPIRED);
  });

  test('is good for a login like any other, and not spent by one that is refused', async () => {
    const code = await newCode();
    changeApp(org, { users: [{ username: org.config.username, active: false }] });
    expect(await refusal(await redeem(code))).toEqual({ ...EXPIRED, description: 'inactive user' });
    changeApp(org, {});
    expect((await redeem(code)).status).toBe(200);
  });

  test.each([
    [false, 1],
    [true, 2],
  ])('begins a session each time only where tokens rotate: %s', async (rotation, sessions) => {
    changeApp(org, { rotation });
    await redeem(await newCode());
    await redeem(await newCode());
    expect(org.stats()).toMatchObject({ tokensIssued: 2, newSessions: sessions });
  });

  test('is refused once the app may not use the flow', async () => {
    const code = await newCode();
    changeApp(org, { grants: ['refresh_token'] });
    expect(await refusal(await redeem(code))).toMatchObject({ error: 'unsupported_grant_type' });
  });

  test('is of no use to another app, and not spent by it', async () => {
    org.register({ clientId: 'other', clientSecret: 'x', redirectUris: [org.oauth.redirectUri] });
    const code = await newCode();
    const byOther = await redeem(code, { client_id: 'other', client_secret: 'x' });
    expect(await refusal(byOther)).toEqual(EXPIRED);
    expect((await redeem(code)).status).toBe(200);
  });

  test('takes the secret, also of an app that refreshes without', async () => {
    changeApp(org, { requireSecretForRefresh: false });
    const code = await newCode();
    for (const client_secret of ['x', undefined]) {
      expect(await refusal(await redeem(code, { client_secret }))).toMatchObject({
        error: 'invalid_client',
      });
    }
    expect((await redeem(code)).status).toBe(200);
  });

  test.each(['http://localhost:1717/', undefined])(
    'is refused with the redirect URI %s',
    async (other) => {
      const response = await redeem(await newCode(), { redirect_uri: other });
      expect(await refusal(response)).toEqual({
        status: 400,
        error: 'redirect_uri_mismatch',
        description: 'redirect_uri must match configuration',
      });
    },
  );

  test.each(['w'.repeat(43), CHALLENGE, undefined])(
    'is refused with the verifier %s',
    async (other) => {
      const code = await newCode();
      expect(await refusal(await redeem(code, { code_verifier: other }))).toEqual(WRONG_VERIFIER);
    },
  );

  test('takes no verifier if there was no challenge', async () => {
    const asked = { code_challenge: undefined, code_challenge_method: undefined };
    const code = await newCode(asked);
    expect(await refusal(await redeem(code))).toEqual(WRONG_VERIFIER);
    expect((await redeem(code, { code_verifier: undefined })).status).toBe(200);
  });
});
