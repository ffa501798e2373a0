'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { readFileSync } = require('node:fs');
const http = require('node:http');
const { join } = require('node:path');
const { text } = require('node:stream/consumers');
const { pathToFileURL } = require('node:url');
const { plainEnvironment } = require('../../support/plain-environment');
const { closeAfterTest } = require('../support/orgs');
const { stage } = require('./support');

const ROOT = join(__dirname, '../..');

/** A port of the loopback interface on which nobody listens. */
async function freePort() {
  const server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** The README's script for the first refresh token, at another port. */
function scriptAt(port) {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [, script] = /```js\n\/\/ log-in\.mjs\n([\s\S]*?)```/.exec(readme);
  const index = pathToFileURL(join(ROOT, 'index.js')).href;
  return script.replace("'jsforce-connection-manager'", `'${index}'`).replaceAll('1717', port);
}

test('the script of the README brings the first refresh token', async () => {
  const { org, config, manager } = await stage();
  const port = await freePort();
  const { clientSecret, loginUrl } = config;
  org.register({
    clientId: 'readme',
    clientSecret,
    redirectUris: [`http://localhost:${port}/OauthRedirect`],
    users: ['someone'],
  });
  const SF = { SF_CLIENT_ID: 'readme', SF_CLIENT_SECRET: clientSecret, SF_LOGIN_URL: loginUrl };
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
  const login = { ...config, clientId: 'readme', refreshToken };
  await expect(manager.getConnection(login)).resolves.toBeDefined();
});
