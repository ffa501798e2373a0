'use strict';

// Proxies and certificates on the way to a host that is not this machine: all names lead, by a
// proxy, to a server here.

const https = require('node:https');
const { JWTConnectionManager } = require('../..');
const { plant } = require('../../support/canaries');
const { certificateFor } = require('../support/certificates');
const { runChild } = require('../support/child');
const { closeAfterTest, startOrg } = require('../support/orgs');
const { startProxy } = require('../support/proxy');
const { rejection } = require('../support/rejection');

const HOST = 'acme.my.salesforce.com';
const PASSWORD = 'CANARY/proxy password:7215037';
const CREDENTIALS = `user:${encodeURIComponent(PASSWORD)}`;
beforeAll(() => plant('the password of the proxy', PASSWORD));

/** A token endpoint with this certificate. */
async function startHost({ cert, key }) {
  const token = { access_token: '00D000000000001!x', instance_url: `https://${HOST}` };
  let requests = 0;
  const server = https.createServer({ cert, key }, (_, response) => {
    requests += 1;
    response.end(JSON.stringify(token));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeAfterTest(server);
  return { port: server.address().port, requests: () => requests };
}

/** What a login at `HOST` gives in a process with this environment. */
async function logIn(env, ca) {
  const { config } = await startOrg();
  const program = `
    const { JWTConnectionManager } = load();
    const manager = new JWTConnectionManager({ ca: input.ca });
    const asked = manager.getAccessToken(input.config);
    report(await asked.then(({ instanceUrl }) => ({ instanceUrl }), (error) => ({
      ...error, message: error.message, shown: require('node:util').inspect(error),
    })));`;
  const input = { config: { ...config, instanceUrl: `https://${HOST}` }, ca };
  const { code, reports, stderr } = await runChild(program, { input, env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return reports[0];
}

describe('a proxy with a user name and password', () => {
  test('fault 50: is given them, and leads to the host', async () => {
    const { ca, ...certificate } = await certificateFor(HOST);
    const host = await startHost(certificate);
    const proxy = await startProxy({ port: host.port });
    const env = { HTTPS_PROXY: `http://${CREDENTIALS}@127.0.0.1:${proxy.port}` };
    expect(await logIn(env, ca)).toEqual({ instanceUrl: `https://${HOST}` });
    expect(proxy.heads).toHaveLength(1);
    const [, basic] = /^Proxy-Authorization: Basic (\S+)/im.exec(proxy.heads[0]);
    expect(Buffer.from(basic, 'base64').toString()).toBe(`user:${PASSWORD}`);
    expect(proxy.heads[0]).not.toContain('assertion');
  });

  test('fault 50: that wants others (407) is told as that, for good, without showing them', async () => {
    const proxy = await startProxy({ status: '407 Proxy Authentication Required' });
    const env = { HTTPS_PROXY: `http://${CREDENTIALS}@127.0.0.1:${proxy.port}` };
    const failure = await logIn(env);
    expect(failure).toMatchObject({ code: 'NETWORK_CONNECT', retryable: false, attempts: 1 });
    expect(failure.message).toContain('The proxy wants a user name and password');
    expect(failure.message).toContain('HTTPS_PROXY names this proxy.');
    expect(proxy.heads).toHaveLength(1);
  });

  test('that refuses otherwise may pass, and is asked again', async () => {
    const proxy = await startProxy({ status: '503 Service Unavailable' });
    const failure = await logIn({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` });
    expect(failure).toMatchObject({ code: 'NETWORK_CONNECT', retryable: true, attempts: 3 });
    expect(failure.message).toContain('The proxy refused to connect');
  });

  test('fault 50: is passed by for the hosts of NO_PROXY', async () => {
    const proxy = await startProxy({});
    const url = `http://${CREDENTIALS}@127.0.0.1:${proxy.port}`;
    const { config } = await startOrg();
    const program = `
      const { JWTConnectionManager } = load();
      const error = await new JWTConnectionManager().getAccessToken(input).catch((error) => error);
      report(error.code);`;
    const ask = async (NO_PROXY) => {
      const input = { ...config, instanceUrl: 'https://nowhere.invalid' };
      const child = await runChild(program, { input, env: { HTTPS_PROXY: url, NO_PROXY } });
      expect(child).toHaveProperty('stderr', '');
      return child.reports[0];
    };
    // Some resolvers give an address to every name.
    expect(await ask('.invalid')).toMatch(/^NETWORK_(DNS|CONNECT)$/);
    expect(proxy.heads).toHaveLength(0);
    expect(await ask('other.example')).toBe('NETWORK_CONNECT');
    expect(proxy.heads.length).toBeGreaterThan(0);
  });
});

test('jsforce asks the proxy also for the hosts of NO_PROXY, as docs/jwt.md says', async () => {
  const proxy = await startProxy({});
  const program = `
    const { Connection } = require(${JSON.stringify(require.resolve('jsforce'))});
    const connection = new Connection({ instanceUrl: 'https://${HOST}', accessToken: 'x', version: '64.0' });
    await connection.request('/services/data', { retry: { maxRetries: 0 } }).catch(() => {});
    process.exit();`;
  const env = { https_proxy: `http://127.0.0.1:${proxy.port}`, NO_PROXY: '*', no_proxy: '*' };
  await runChild(program, { env });
  expect(proxy.heads[0]).toContain(`CONNECT ${HOST}:443`);
});

describe('a proxy URL', () => {
  test('fault 56: may hold @ in its password, as the URL standard allows', async () => {
    const { ca, ...certificate } = await certificateFor(HOST);
    const host = await startHost(certificate);
    const proxy = await startProxy({ port: host.port });
    const env = { HTTPS_PROXY: `http://user:p@ss@127.0.0.1:${proxy.port}\n` };
    expect(await logIn(env, ca)).toEqual({ instanceUrl: `https://${HOST}` });
    const [, basic] = /^Proxy-Authorization: Basic (\S+)/im.exec(proxy.heads[0]);
    expect(Buffer.from(basic, 'base64').toString()).toBe('user:p@ss');
  });

  test.each([
    ['in quotes', (url) => `"${url}"`],
    ['with a line end', (url) => url.replace('@', '\n@')],
    ['with # in the password', (url) => url.replace(':CANARY', ':12#CANARY')],
    ['with a blank in the host', (url) => url.replace('127.0.0.1', '127.0 .0.1')],
    ['of another kind', (url) => url.replace('http:', 'socks5:')],
  ])('fault 56: %s is CONFIG_INVALID, and nothing is sent', async (_, broken) => {
    const proxy = await startProxy({});
    const url = `http://user:${encodeURIComponent(PASSWORD)}@127.0.0.1:${proxy.port}`;
    const failure = await logIn({ HTTPS_PROXY: broken(url) });
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID', option: 'HTTPS_PROXY' });
    expect(failure.message).toContain('HTTPS_PROXY');
    expect(proxy.heads).toHaveLength(0);
  });
});

describe('a certificate', () => {
  test.each([
    ['that has expired', { until: -1 }, 'The host’s certificate has expired'],
    ['that is not valid yet', { from: 1 }, 'The host’s certificate is not valid yet'],
    ['for another host', { host: 'evil.example' }, 'The host’s certificate is for another name'],
    ['of the proxy’s own authority', { trusted: false }, 'an authority that is not trusted'],
  ])('fault 49: %s is refused, and nothing is sent', async (_, about, sentence) => {
    const { host: name = HOST, trusted = true, ...days } = about;
    const { ca, ...certificate } = await certificateFor(name, days);
    const host = await startHost(certificate);
    const proxy = await startProxy({ port: host.port });
    const env = {
      HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
      // Neither of these makes it less careful.
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      SSL_CERT_FILE: '/nowhere/ca.pem',
    };
    const failure = await logIn(env, trusted ? ca : undefined);
    expect(failure).toMatchObject({ code: 'NETWORK_TLS', retryable: false, attempts: 1 });
    expect(failure.message).toContain(sentence.replace('’', "'"));
    expect(failure.hint).toContain('NODE_EXTRA_CA_CERTS');
    expect(host.requests()).toBe(0);
  });

  test('fault 49: is checked whatever option is made up for the contrary', async () => {
    const { config } = await startOrg({ https: true });
    for (const option of ['rejectUnauthorized', 'insecure', 'strictSSL', 'checkServerIdentity']) {
      const manager = new JWTConnectionManager({ [option]: false });
      const asked = manager.getAccessToken({ ...config, [option]: false });
      expect(await rejection(asked)).toHaveProperty('code', 'NETWORK_TLS');
    }
  });
});
