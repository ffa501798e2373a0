'use strict';

// What is left of secrets in native memory after they were forgotten. Native memory can be searched
// on Linux only.

const { fork } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const { once } = require('node:events');
const { readFileSync } = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const { join } = require('node:path');
const { plainEnvironment } = require('../../support/plain-environment');
const { ONE_HEAP, countInHeap } = require('../support/native-heap');
const { closeAfterTest } = require('../support/orgs');

const PROGRAM = join(__dirname, '../support/forgetful.js');
const TLS = join(__dirname, '../../testing/tls');
const TIMEOUT = 60_000;
const onLinux = process.platform === 'linux' ? test : test.skip;

/** Secrets, each recognised by its middle: an allocator writes over the beginning of what is freed. */
function secrets() {
  const names = ['clientSecret', 'refreshToken', 'successor', 'accessToken'];
  return Object.fromEntries(names.map((name) => [name, randomBytes(48).toString('hex')]));
}

const middle = (text) => text.slice(32, 64);

async function startHost({ tls, rotates, successor, accessToken }) {
  const answer = (request, response) => {
    request.resume().on('end', () => {
      response.setHeader('Content-Type', 'application/json');
      const rotated = rotates ? { refresh_token: successor } : {};
      response.end(
        JSON.stringify({ access_token: accessToken, instance_url: host.url, ...rotated }),
      );
    });
  };
  const [key, cert] = ['localhost-key.pem', 'localhost.pem'].map((name) =>
    readFileSync(join(TLS, name)),
  );
  const server = tls ? https.createServer({ key, cert }, answer) : http.createServer(answer);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  const host = { url: tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}` };
  closeAfterTest({ close: () => new Promise((resolve) => server.close(resolve)) });
  return host;
}

/** How often each secret is in the native heap: while it is in use, and after it was forgotten. */
async function counts({ tls, rotates, basic }) {
  const all = secrets();
  const { url } = await startHost({ tls, rotates, ...all });
  const { clientSecret, refreshToken } = all;
  const env = { ...plainEnvironment(), ...ONE_HEAP, NODE_EXTRA_CA_CERTS: join(TLS, 'ca.pem') };
  const child = fork(PROGRAM, [], { env, execArgv: ['--expose-gc'] });
  closeAfterTest({ close: () => child.kill('SIGKILL') });
  const config = {
    clientId: 'app',
    clientSecret: [...Buffer.from(clientSecret)],
    refreshToken: [...Buffer.from(refreshToken)],
    clientAuthentication: basic ? 'basic' : 'form',
    loginUrl: url,
    rotates,
  };
  const ask = async (action) => {
    child.send({ action, config });
    const [{ error }] = await once(child, 'message');
    expect(error).toBeUndefined();
  };
  const header = Buffer.from(`app:${clientSecret}`).toString('base64');
  const texts = { ...all, header };
  const wanted = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, middle(text)]),
  );
  await ask('connect');
  const inUse = countInHeap(child.pid, wanted);
  await ask('forget');
  await ask('collect');
  return { inUse, after: countInHeap(child.pid, wanted) };
}

describe('fault 83: after forgetRefreshToken() and a clear, native memory holds', () => {
  onLinux.each([
    ['a refresh token', {}],
    ['one that was replaced', { rotates: true }],
    ['a client secret in a header', { basic: true }],
    ['a refresh token sent by TLS', { tls: true }],
    ['one that was replaced by TLS', { tls: true, rotates: true }],
    ['a client secret in a header sent by TLS', { tls: true, basic: true }],
  ])(
    'no copy of %s that was sent, and no more than the libraries leave of the rest',
    async (_, options) => {
      const { inUse, after } = await counts(options);
      // The search finds what is there.
      expect(inUse.clientSecret).toBeGreaterThan(0);
      expect(inUse.accessToken).toBeGreaterThan(0);
      expect(after).toMatchObject({ clientSecret: 0, refreshToken: 0 });
      // The buffers in which the HTTP library writes a head, and in which it and TLS read an answer.
      expect(after.header).toBeLessThanOrEqual(1);
      expect(after.successor).toBeLessThanOrEqual(2);
      expect(after.accessToken).toBeLessThanOrEqual(2);
    },
    TIMEOUT,
  );
});
