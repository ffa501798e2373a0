'use strict';

// Against an authorization server that nobody here wrote, which rotates refresh tokens and revokes
// the grant of one that is used twice.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { join } = require('node:path');
const {
  SalesforceConnectionManager,
  authorizationRequest,
  redeemAuthorizationCode,
} = require('../..');
const { runChild } = require('../support/child');
const { plainEnvironment } = require('../../support/plain-environment');
const { closeAfterTest } = require('../support/orgs');
const { rejection } = require('../support/rejection');
const { keeper } = require('./support');

const PROGRAM = join(__dirname, '../support/oidc-provider.mjs');

/** @param {'client_secret_post' | 'client_secret_basic'} method */
async function startServer(method = 'client_secret_post') {
  const child = spawn(process.execPath, [PROGRAM, method], {
    env: plainEnvironment(),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  closeAfterTest({ close: () => child.kill() && once(child, 'exit') });
  const [line] = await once(child.stdout, 'data');
  return {
    clientId: 'app',
    clientSecret: 'a-secret-of-the-app',
    redirectUri: 'https://app.test/back',
    loginUrl: String(line).trim(),
  };
}

/** Does what a browser and its user do: follows redirects, logs in, consents. */
async function approve(url) {
  const cookies = new Map();
  const visit = async (address, options) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(address, { ...options, headers: { cookie }, redirect: 'manual' });
    for (const text of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(text);
      cookies.set(name, value);
    }
    return answer;
  };
  let answer = await visit(url);
  for (let step = 0; step < 20; step += 1) {
    const location = answer.headers.get('location');
    if (location?.startsWith('https://app.test/')) return new URL(location).searchParams;
    if (location) {
      url = new URL(location, url).href;
      answer = await visit(url);
      continue;
    }
    const prompt = (await answer.text()).match(/name="prompt" value="(\w+)"/)[1];
    const body = new URLSearchParams({ prompt, login: 'someone', password: 'any' });
    answer = await visit(url, { method: 'POST', body });
  }
  throw new Error('No end of pages.');
}

/** The first refresh token, by the authorization code grant with PKCE. */
async function logIn(config) {
  const request = { scope: 'openid offline_access', prompt: 'consent' };
  const { url, state, codeVerifier } = authorizationRequest(config, request);
  const back = await approve(url);
  expect(back.get('state')).toBe(state);
  return redeemAuthorizationCode(config, { code: back.get('code'), codeVerifier });
}

test.each(['client_secret_post', 'client_secret_basic'])(
  'a user logs in, and the first refresh token is good through all that follow: %s',
  async (method) => {
    const clientAuthentication = method === 'client_secret_basic' ? 'basic' : 'form';
    const config = { ...(await startServer(method)), clientAuthentication };
    const { refreshToken, instanceUrl } = await logIn(config);
    expect(instanceUrl).toBe(config.loginUrl);
    const { kept, onRefreshToken } = keeper();
    const manager = new SalesforceConnectionManager();
    for (let time = 1; time <= 4; time += 1) {
      const login = { ...config, refreshToken, onRefreshToken };
      const all = Array.from({ length: 5 }, () => manager.getConnection(login));
      const tokens = (await Promise.all(all)).map(({ accessToken }) => accessToken);
      expect(new Set(tokens).size).toBe(1);
      expect(kept).toHaveLength(time);
      manager.clearAllConnections();
    }
    expect(new Set([refreshToken, ...kept]).size).toBe(5);
    expect(manager.getCacheStats().requests).toBe(4);
  },
);

test('a spent refresh token ends the grant, and is told', async () => {
  const config = await startServer();
  const { refreshToken } = await logIn(config);
  const { kept, onRefreshToken } = keeper();
  const manager = new SalesforceConnectionManager();
  await manager.getConnection({ ...config, refreshToken, onRefreshToken });
  const { reports } = await runChild(
    `const manager = load().SalesforceConnectionManager.getInstance();
     for (let time = 0; time < 2; time += 1) {
       await manager.getConnection(input).catch(({ code, attempts }) => report([code, attempts]));
     }`,
    { input: { ...config, refreshToken } },
  );
  expect(reports).toEqual([
    ['REFRESH_TOKEN_INVALID', 1],
    ['REFRESH_TOKEN_INVALID', 0],
  ]);
  // The server has revoked the youngest as well.
  manager.clearAllConnections();
  expect(await rejection(manager.getConnection(config, kept[0]))).toMatchObject({
    code: 'REFRESH_TOKEN_INVALID',
    attempts: 1,
  });
});

test('it names no user: the function that a key has may read another approval, and another function has its own Connection', async () => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => {}); // nobody stores the first
  const config = await startServer();
  const approvals = [await logIn(config), await logIn(config)];
  const [first, second] = approvals.map(({ refreshToken }) => refreshToken);
  const manager = new SalesforceConnectionManager();
  const store = { token: first };
  const refreshToken = () => store.token;
  const ask = (source) => manager.getConnection(config, source, 'prod');
  const { accessToken } = await ask(refreshToken);
  const { kept, onRefreshToken } = keeper();
  manager.on('refreshToken', onRefreshToken); // the postponed token is offered once more
  store.token = second;
  const connection = await ask(refreshToken);
  expect(connection.accessToken).not.toBe(accessToken);
  expect(kept).toHaveLength(1);
  const other = await ask(() => first);
  expect(other).not.toBe(connection);
  expect(other.accessToken).toBe(accessToken);
  expect(manager.getCacheStats()).toMatchObject({ total: 1, requests: 2 });
  jest.restoreAllMocks();
});

test('a wrong secret and a code used twice are told', async () => {
  const config = await startServer();
  const { url, codeVerifier } = authorizationRequest(config, { scope: 'openid' });
  const code = { code: (await approve(url)).get('code'), codeVerifier };
  const wrong = { ...config, clientSecret: 'wrong' };
  expect(await rejection(redeemAuthorizationCode(wrong, code))).toHaveProperty(
    'code',
    'CLIENT_CREDENTIALS_INVALID',
  );
  expect(await rejection(redeemAuthorizationCode(config, code))).toHaveProperty(
    'code',
    'SCOPE_MISSING',
  );
  expect(await rejection(redeemAuthorizationCode(config, code))).toHaveProperty(
    'code',
    'AUTHORIZATION_CODE_INVALID',
  );
});
