'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const { join } = require('node:path');
const { text } = require('node:stream/consumers');
const { pathToFileURL } = require('node:url');
const { plainEnvironment } = require('../../support/plain-environment');
const { closeAfterTest } = require('../support/orgs');
const { ROOT } = require('../package/packed');
const { stage } = require('../refresh-token/support');
const { snippet } = require('./snippets');

/** A port of the loopback interface on which nobody listens. */
async function freePort() {
  const server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** The script of the page about refresh tokens, at another port. */
function scriptAt(port) {
  const script = snippet('refresh-tokens/the-first-refresh-token/log-in.mjs');
  const index = pathToFileURL(join(ROOT, 'index.js')).href;
  return script.replace("'jsforce-connection-manager'", `'${index}'`).replaceAll('1717', port);
}

test('the script of docs/refresh-tokens.md brings the first refresh token', async () => {
  const { org, config, manager } = await stage();
  const port = await freePort();
  const { clientSecret, loginUrl } = config;
  org.register({
    clientId: 'log-in',
    clientSecret,
    redirectUris: [`http://localhost:${port}/OauthRedirect`],
    users: ['someone'],
  });
  const SF = { SF_CLIENT_ID: 'log-in', SF_CLIENT_SECRET: clientSecret, SF_LOGIN_URL: loginUrl };
  const args = ['--input-type=module', '-e', scriptAt(port)];
  const child = spawn(process.execPath, args, { env: { ...plainEnvironment(), ...SF } });
  closeAfterTest({ close: () => child.kill() });
  const ended = once(child, 'close');
  const printed = text(child.stdout);
  const [line] = await once(child.stderr, 'data');
  const [, url] = /^Open (\S+)/.exec(line);

  const page = await fetch(url); // the org approves at once and sends the browser back
  expect(await page.text()).toBe('Done: see the terminal.');
  expect(await ended).toEqual([0, null]);
  const refreshToken = (await printed).trim();
  const login = { ...config, clientId: 'log-in', refreshToken };
  await expect(manager.getConnection(login)).resolves.toBeDefined();
});
