'use strict';

const { startLocalOrg } = require('../../testing');
const { callApi, changeApp, expectTokenResponse, post, refresh, refusal } = require('./peer');

const EXPIRED = {
  status: 400,
  error: 'invalid_grant',
  description: 'expired access/refresh token',
};
const IN_PROCESS = {
  status: 400,
  error: 'invalid_grant',
  description: 'token request is already being processed',
};

let org;
afterEach(async () => {
  jest.restoreAllMocks();
  await org.close();
});

/** A token response to the app of `org.oauth`. */
const refreshed = async (...args) => (await refresh(org, ...args)).json();
const apiStatus = async (token) => (await callApi(org, token)).status;

describe('without rotation', () => {
  beforeEach(async () => {
    org = await startLocalOrg();
  });

  test('a refresh token brings the token that is out, again and again, and stays', async () => {
    const response = await refresh(org);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const first = await response.json();
    expectTokenResponse(first, org);
    expect((await refreshed()).access_token).toBe(first.access_token);
    expect(await apiStatus(first.access_token)).toBe(200);
    expect(org.stats()).toMatchObject({ tokensIssued: 2, newSessions: 1, rotations: 0 });
  });

  test('it brings a new token once the session is over', async () => {
    const first = await refreshed();
    org.revokeAll();
    expect((await refreshed()).access_token).not.toBe(first.access_token);
  });

  test('a refresh is a login like any other', async () => {
    await refresh(org);
    expect(org.stats().logins).toEqual({ [org.config.username]: 1 });
    changeApp(org, { users: [{ username: org.config.username, active: false }] });
    expect(await refusal(await refresh(org))).toEqual({ ...EXPIRED, description: 'inactive user' });
  });

  test('the login limit counts it', async () => {
    await org.close();
    org = await startLocalOrg({ loginLimit: 1, rotation: true });
    const { refresh_token } = await refreshed();
    expect(await refusal(await refresh(org, refresh_token))).toMatchObject({
      description: 'login rate exceeded',
    });
    expect(org.stats()).toMatchObject({ rotations: 1, refreshTokenReuses: 0 }); // not spent by it
  });

  test.each([['5Aep861x'], ['']])('%j is refused', async (token) => {
    expect(await refusal(await refresh(org, token))).toEqual(EXPIRED);
  });

  test('an app without the grant is refused', async () => {
    changeApp(org, { grants: [] });
    expect(await refusal(await refresh(org))).toMatchObject({ error: 'unsupported_grant_type' });
  });

  test('it expires without use, and each use postpones that', async () => {
    changeApp(org, { refreshTokenLife: 100 });
    const start = Date.now();
    const clock = jest.spyOn(Date, 'now').mockReturnValue(start);
    const token = org.issueRefreshToken();
    for (const seconds of [99, 198]) {
      clock.mockReturnValue(start + seconds * 1000);
      expect((await refresh(org, token)).status).toBe(200);
    }
    clock.mockReturnValue(start + 298_000);
    expect(await refusal(await refresh(org, token))).toEqual(EXPIRED);
    expect(org.stats()).toMatchObject({ refreshTokenReuses: 0, familiesRevoked: 0 });
  });
});

describe('with rotation', () => {
  beforeEach(async () => {
    org = await startLocalOrg({ rotation: true });
  });

  test('every answer brings another refresh token and begins a session', async () => {
    const first = await refreshed();
    const second = await refreshed(first.refresh_token);
    expect(first.refresh_token).toMatch(/^5Aep861[\w.]{60,}$/);
    const tokens = [org.oauth.refreshToken, first.refresh_token, second.refresh_token];
    expect(new Set(tokens).size).toBe(3);
    expect(second.access_token).not.toBe(first.access_token);
    expect(await apiStatus(first.access_token)).toBe(200);
    expect(org.stats()).toMatchObject({ newSessions: 2, rotations: 2, refreshTokenReuses: 0 });
  });

  test('presenting a spent one ends the current one and every access token', async () => {
    const first = await refreshed();
    const second = await refreshed(first.refresh_token);
    expect(await refusal(await refresh(org, first.refresh_token))).toEqual(EXPIRED);
    expect(await apiStatus(first.access_token)).toBe(401);
    expect(await apiStatus(second.access_token)).toBe(401);
    expect(await refusal(await refresh(org, second.refresh_token))).toEqual(EXPIRED);
    expect(org.stats()).toMatchObject({ refreshTokenReuses: 1, familiesRevoked: 1, rotations: 2 });
    expect(await refusal(await refresh(org))).toEqual(EXPIRED);
    expect(org.stats()).toMatchObject({ refreshTokenReuses: 2, familiesRevoked: 1 });
  });

  test('it ends nothing of another approval', async () => {
    const other = await refreshed(org.issueRefreshToken());
    await refresh(org);
    await refresh(org);
    expect(org.stats().familiesRevoked).toBe(1);
    expect(await apiStatus(other.access_token)).toBe(200);
    expect((await refresh(org, other.refresh_token)).status).toBe(200);
  });

  test('without the secret, a spent one revokes nothing', async () => {
    const { refresh_token } = await refreshed();
    const wrong = await refresh(org, undefined, { client_secret: 'x' });
    expect(await refusal(wrong)).toMatchObject({ error: 'invalid_client' });
    expect(org.stats()).toMatchObject({ refreshTokenReuses: 0, familiesRevoked: 0 });
    expect((await refresh(org, refresh_token)).status).toBe(200);
  });

  test('another app is refused, and ends nothing by a spent one', async () => {
    org.register({ clientId: 'other', redirectUris: ['https://x/'], users: ['other@example.com'] });
    const form = { grant_type: 'refresh_token', client_id: 'other' };
    const other = (token) => post(org, 'token', { ...form, refresh_token: token });
    expect(await refusal(await other(org.oauth.refreshToken))).toEqual(EXPIRED);
    const { refresh_token } = await refreshed();
    expect(await refusal(await other(org.oauth.refreshToken))).toEqual(EXPIRED);
    expect((await refresh(org, refresh_token)).status).toBe(200);
    expect((await other(org.issueRefreshToken({ clientId: 'other' }))).status).toBe(200);
    expect(org.stats().logins).toMatchObject({ 'other@example.com': 1 });
  });

  test('it can be chosen for one app', async () => {
    changeApp(org, { rotation: false });
    expect(await refreshed()).not.toHaveProperty('refresh_token');
  });
});

describe('requests of one refresh token at one time', () => {
  test.each([true, false])('are refused but for the first; rotation: %s', async (rotation) => {
    org = await startLocalOrg({ rotation, delay: 200 });
    const responses = await Promise.all([refresh(org), refresh(org), refresh(org)]);
    const refused = responses.filter((each) => each.status !== 200);
    expect(await Promise.all(refused.map(refusal))).toEqual([IN_PROCESS, IN_PROCESS]);
    expect(org.stats()).toMatchObject({ simultaneousRefreshes: 2, familiesRevoked: 0 });
  });

  test('follow one another once the first is answered', async () => {
    org = await startLocalOrg();
    for (let round = 0; round < 20; round += 1) expect((await refresh(org)).status).toBe(200);
  });

  test('no longer count once their caller went away', async () => {
    org = await startLocalOrg();
    org.inject({ kind: 'lost-after-commit', how: 'hang' }, { times: 1 });
    const signal = AbortSignal.timeout(200);
    await expect(refresh(org, undefined, {}, { signal })).rejects.toThrow();
    let response;
    do
      response = await refresh(org); // until the org has noticed
    while (response.status !== 200);
  });

  test('of different tokens are no concern of each other', async () => {
    org = await startLocalOrg({ delay: 100 });
    const responses = await Promise.all([refresh(org), refresh(org, org.issueRefreshToken())]);
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe('faults', () => {
  beforeEach(async () => {
    org = await startLocalOrg({ rotation: true });
  });

  test('already-being-processed spends nothing', async () => {
    org.inject({ kind: 'already-being-processed' }, { times: 1 });
    expect(await refusal(await refresh(org))).toEqual(IN_PROCESS);
    expect((await refresh(org)).status).toBe(200);
  });

  test.each(['reset', 'close'])('%s in its place spends nothing', async (kind) => {
    org.inject({ kind }, { times: 1 });
    await expect(refresh(org)).rejects.toThrow();
    expect((await refresh(org)).status).toBe(200);
  });

  test.each([
    [undefined, { cause: { code: 'ECONNRESET' } }],
    ['reset', { cause: { code: 'ECONNRESET' } }],
    ['close', { cause: { code: 'UND_ERR_SOCKET' } }],
    ['hang', { name: 'TimeoutError' }],
  ])(
    'lost-after-commit (%s) spends the token, and nobody learns of the next',
    async (how, error) => {
      org.inject({ kind: 'lost-after-commit', how }, { times: 1 });
      const init = { signal: AbortSignal.timeout(500) };
      await expect(refresh(org, undefined, {}, init)).rejects.toMatchObject(error);
      expect(org.stats()).toMatchObject({ rotations: 1, tokensIssued: 1, refreshTokenReuses: 0 });
    },
  );

  test('after lost-after-commit, sending the token again ends the approval', async () => {
    org.inject({ kind: 'lost-after-commit' }, { times: 1 });
    await expect(refresh(org)).rejects.toThrow();
    expect(await refusal(await refresh(org))).toEqual(EXPIRED);
    expect(org.stats()).toMatchObject({ refreshTokenReuses: 1, familiesRevoked: 1 });
  });

  test('a delay is the time of processing: the token is spent at its beginning', async () => {
    org.inject({ kind: 'delay', ms: 300 }, { times: 1 });
    const answer = refreshed();
    while (org.stats().rotations === 0) await new Promise(setImmediate);
    expect(await refusal(await refresh(org))).toEqual(IN_PROCESS);
    expect((await refresh(org, (await answer).refresh_token)).status).toBe(200);
  });
});
