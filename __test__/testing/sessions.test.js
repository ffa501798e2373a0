'use strict';

const { startLocalOrg } = require('../../testing');
const { callApi, login, post } = require('./peer');

const EXPIRED = [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }];

let org;
afterEach(async () => {
  jest.restoreAllMocks();
  await org.close();
});

/** Sets the clock to so many seconds after the first call of it. */
function clock() {
  const start = Date.now();
  const time = jest.spyOn(Date, 'now');
  return (seconds) => time.mockReturnValue(start + seconds * 1000);
}

describe('a session', () => {
  test('ends by inactivity', async () => {
    org = await startLocalOrg({ tokenLife: 100 });
    const at = clock();
    at(0);
    const { access_token } = await login(org);
    at(100);
    const response = await callApi(org, access_token);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual(EXPIRED);
    expect((await login(org)).access_token).not.toBe(access_token);
    expect(org.stats()).toMatchObject({ tokensIssued: 2, newSessions: 2, rejected401: 1 });
  });

  test('is extended by use in its second half only', async () => {
    org = await startLocalOrg({ tokenLife: 100 });
    const at = clock();
    at(0);
    const { access_token } = await login(org);
    const status = async () => (await callApi(org, access_token)).status;
    at(49);
    expect(await status()).toBe(200); // too early to count
    at(99);
    expect(await status()).toBe(200); // lasts until 199 now
    at(198);
    expect(await status()).toBe(200);
  });

  test('is not extended by its first half', async () => {
    org = await startLocalOrg({ tokenLife: 100 });
    const at = clock();
    at(0);
    const { access_token } = await login(org);
    at(49);
    await callApi(org, access_token);
    at(100);
    expect((await callApi(org, access_token)).status).toBe(401);
  });

  test('is not extended by a login, which may bring a token near its end', async () => {
    org = await startLocalOrg({ tokenLife: 100 });
    const at = clock();
    at(0);
    const { access_token } = await login(org);
    at(99);
    expect((await login(org)).access_token).toBe(access_token);
    at(100);
    expect((await callApi(org, access_token)).status).toBe(401);
  });

  test('ends with all others in revokeAll', async () => {
    org = await startLocalOrg();
    const { access_token } = await login(org);
    org.revokeAll();
    expect((await callApi(org, access_token)).status).toBe(401);
    expect((await login(org)).access_token).not.toBe(access_token);
  });
});

describe.each(['url', 'instanceUrl'])('on the host %s', (host) => {
  const at = () => ({ url: org[host] });

  test('revoke ends the session of a token for everyone', async () => {
    org = await startLocalOrg();
    const { access_token: token } = await login(org);
    expect((await post(at(), 'revoke', { token })).status).toBe(200);
    expect((await callApi(org, token)).status).toBe(401);
    expect((await login(org)).access_token).not.toBe(token);
  });

  test('revoke takes the token from the query of a GET too', async () => {
    org = await startLocalOrg();
    const { access_token: token } = await login(org);
    const query = new URLSearchParams({ token });
    expect((await fetch(`${at().url}/services/oauth2/revoke?${query}`)).status).toBe(200);
    expect((await callApi(org, token)).status).toBe(401);
  });

  test('revoke refuses what it does not know', async () => {
    org = await startLocalOrg();
    const { access_token: token } = await login(org);
    const unknown = await post(at(), 'revoke', { token: 'x' });
    const otherType = await post(at(), 'revoke', { token, token_type_hint: 'id_token' });
    expect([unknown.status, otherType.status]).toEqual([400, 400]);
    expect(await unknown.json()).toMatchObject({ error: 'invalid_token' });
    expect(await otherType.json()).toMatchObject({ error: 'unsupported_token_type' });
  });

  test('userinfo tells whose token it is, and refuses others with a 403', async () => {
    org = await startLocalOrg();
    const { access_token, id } = await login(org);
    const ask = (token) =>
      post(at(), 'userinfo', {}, { headers: { Authorization: `Bearer ${token}` } });
    expect(await (await ask(access_token)).json()).toMatchObject({
      sub: id,
      preferred_username: org.config.username,
    });
    const bad = await ask('x');
    expect([bad.status, await bad.text()]).toEqual([403, 'Bad_OAuth_Token']);
  });

  test('introspect tells when a session ends, to an app that shows its secret', async () => {
    org = await startLocalOrg({
      tokenLife: 100,
      clients: [{ clientId: 'inspector', clientSecret: 'secret' }],
    });
    const { access_token: token } = await login(org);
    const ask = async (form) => {
      const app = { client_id: 'inspector', client_secret: 'secret' };
      return (await post(at(), 'introspect', { token, ...app, ...form })).json();
    };
    const { active, exp, iat, client_id, username } = await ask();
    expect({ active, client_id, username, life: exp - iat }).toEqual({
      active: true,
      client_id: org.config.clientId,
      username: org.config.username,
      life: 100,
    });
    expect(await ask({ token: 'x' })).toEqual({ active: false });
    expect(await ask({ client_secret: 'x' })).toMatchObject({ error: 'invalid_client' });
    const withoutSecret = { client_id: org.config.clientId, client_secret: '' };
    expect(await ask(withoutSecret)).toMatchObject({ error: 'invalid_client' });
  });
});
