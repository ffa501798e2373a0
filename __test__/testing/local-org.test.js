'use strict';

const { spawnSync } = require('node:child_process');
const { generateKeyPairSync } = require('node:crypto');
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { startLocalOrg } = require('../../testing');
const { runChild } = require('../support/child');
const { assertionFor, callApi, requestToken, login } = require('./peer');

const pem = (name) => readFileSync(join(__dirname, '../../testing/tls', name), 'utf8');

const NO_REFRESHES = {
  rotations: 0,
  refreshTokenReuses: 0,
  familiesRevoked: 0,
  simultaneousRefreshes: 0,
};

let org;
afterEach(() => org.close());

describe('stats', () => {
  test('tell what happened, and forget it when reset', async () => {
    org = await startLocalOrg();
    const { access_token } = await login(org);
    await requestToken(org, 'no assertion');
    await callApi(org, access_token);
    await callApi(org, 'x');
    expect(org.stats()).toEqual({
      tokenRequests: 2,
      tokensIssued: 1,
      newSessions: 1,
      logins: { [org.config.username]: 1 },
      maxConcurrentTokenRequests: 1,
      requests: { token: 2, limits: 2 },
      rejected401: 1,
      ...NO_REFRESHES,
    });
    org.resetStats();
    expect(org.stats()).toEqual({
      tokenRequests: 0,
      tokensIssued: 0,
      newSessions: 0,
      logins: {},
      maxConcurrentTokenRequests: 0,
      requests: {},
      rejected401: 0,
      ...NO_REFRESHES,
    });
  });

  test('are a copy', async () => {
    org = await startLocalOrg();
    org.stats().requests.token = 7;
    expect(org.stats().requests).toEqual({});
  });

  test('tell how many token requests were in the air at once', async () => {
    org = await startLocalOrg({ delay: 300 });
    await Promise.all([requestToken(org), requestToken(org), requestToken(org)]);
    await requestToken(org);
    expect(org.stats()).toMatchObject({ tokenRequests: 4, maxConcurrentTokenRequests: 3 });
  });

  test('count a token request as over when its client has gone', async () => {
    org = await startLocalOrg();
    const mend = org.inject({ kind: 'hang' });
    const signal = AbortSignal.timeout(200);
    await expect(requestToken(org, undefined, { signal })).rejects.toThrow();
    mend();
    await requestToken(org);
    expect(org.stats().maxConcurrentTokenRequests).toBe(1);
  });
});

describe('register', () => {
  test('takes an app’s new key in place of the old one', async () => {
    org = await startLocalOrg();
    const encoding = { publicKeyEncoding: { type: 'spki', format: 'pem' } };
    const keys = generateKeyPairSync('rsa', { modulusLength: 2048, ...encoding });
    const { clientId, username } = org.config;
    org.register({ clientId, publicKey: keys.publicKey, users: [username] });
    expect((await requestToken(org)).status).toBe(400);
    expect((await requestToken(org, assertionFor(org, {}, keys))).status).toBe(200);
  });

  test('takes a certificate for a key', async () => {
    org = await startLocalOrg();
    const { username } = org.config;
    org.register({ clientId: 'other', certificate: pem('localhost.pem'), users: [username] });
    const privateKey = pem('localhost-key.pem');
    const response = await requestToken(org, assertionFor(org, { iss: 'other' }, { privateKey }));
    expect(response.status).toBe(200);
  });

  test('refuses what is no RSA key and what is no URL', async () => {
    org = await startLocalOrg();
    const encoding = { publicKeyEncoding: { type: 'spki', format: 'pem' } };
    const { publicKey } = generateKeyPairSync('ed25519', encoding);
    for (const wrong of [{ publicKey: 'x' }, { publicKey }, { redirectUris: ['x'] }]) {
      expect(() => org.register({ clientId: 'x', ...wrong })).toThrow();
    }
  });
});

test('setInstanceUrl changes what the next token response names', async () => {
  org = await startLocalOrg();
  const before = await login(org);
  org.setInstanceUrl('https://na1.example.com');
  const after = await login(org);
  expect(before.instance_url).toBe(org.instanceUrl);
  expect(after).toEqual({ ...before, instance_url: 'https://na1.example.com' });
});

test('two orgs have nothing in common but the key', async () => {
  org = await startLocalOrg();
  const other = await startLocalOrg();
  try {
    expect(other.config.clientId).not.toBe(org.config.clientId);
    const { access_token } = await login(other);
    expect((await callApi(org, access_token)).status).toBe(401);
  } finally {
    await other.close();
  }
});

test('close ends requests that hang, and both servers', async () => {
  org = await startLocalOrg();
  org.inject({ kind: 'hang' });
  const hanging = expect(requestToken(org)).rejects.toThrow('fetch failed');
  while (org.stats().tokenRequests === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await org.close();
  await hanging;
  await expect(fetch(org.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  await expect(fetch(org.instanceUrl)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
});

const FORGETFUL = `
  setTimeout(() => process.exit(1), 15_000).unref();
  const { startLocalOrg } = require(${JSON.stringify(require.resolve('../../testing'))});
  const org = await startLocalOrg({ https: input.https, delay: 300 });
  const { JWTConnectionManager } = load();
  const manager = new JWTConnectionManager({ ca: org.ca });
  const connection = await manager.getConnection(org.config);
  report((await connection.query('SELECT Id FROM Account LIMIT 1')).totalSize);
  org.inject({ kind: 'hang' });
  require('node:net').connect(new URL(org.url).port, '127.0.0.1').unref();
`;

describe('fault 86: an org that nobody closes', () => {
  test.each([
    ['http', false],
    ['https', true],
  ])('serves all that is awaited, and does not keep the process alive: %s', async (_, https) => {
    org = await startLocalOrg();
    const env = { NODE_EXTRA_CA_CERTS: org.caFile };
    const child = await runChild(FORGETFUL, { input: { https }, env });
    expect(child).toMatchObject({ code: 0, reports: [1], stderr: '' });
    expect(child.took).toBeLessThan(8_000);
  });

  test('leaves nothing open that Jest would name', async () => {
    org = await startLocalOrg();
    const folder = mkdtempSync(join(tmpdir(), 'local-org-'));
    try {
      const testing = JSON.stringify(require.resolve('../../testing'));
      writeFileSync(join(folder, 'package.json'), '{}');
      writeFileSync(
        join(folder, 'forgets.test.js'),
        `test('forgets', async () => {
          const org = await require(${testing}).startLocalOrg();
          expect((await fetch(org.instanceUrl + '/services/data')).status).toBe(200);
        });`,
      );
      const jest = require.resolve('jest/bin/jest');
      const options = ['--detectOpenHandles', '--testTimeout=40000'];
      const run = spawnSync(process.execPath, [jest, ...options], {
        cwd: folder,
        encoding: 'utf8',
        timeout: 40_000,
      });
      expect(run).toMatchObject({ status: 0, stderr: expect.stringContaining('1 passed') });
      expect(run.stderr).not.toMatch('open handle');
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});
