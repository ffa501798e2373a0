'use strict';

const net = require('node:net');
const { JWTConnectionManager } = require('../..');
const { runChild } = require('../support/child');
const { startOrg } = require('../support/orgs');
const { rejection, timed } = require('../support/rejection');

const QUERY = 'SELECT Id FROM Account LIMIT 1';

/** Asks for a token in a process of its own, in the given environment. */
const ASK = `
  const { JWTConnectionManager } = load();
  const manager = new JWTConnectionManager();
  try {
    const { instanceUrl } = await manager.getAccessToken(input.config);
    report({ instanceUrl });
  } catch ({ code, retryable, attempts, message }) {
    report({ code, retryable, attempts, message });
  }`;

async function askInChild(config, env) {
  const { code, reports, stderr } = await runChild(ASK, { input: { config }, env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return reports[0];
}

/** A port that was free a moment ago. */
async function closedPort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('a host that does not exist is NETWORK_DNS', async () => {
  const { config } = await startOrg();
  const answer = await askInChild({ ...config, instanceUrl: 'https://nowhere.invalid' });
  expect(answer).toMatchObject({ code: 'NETWORK_DNS', retryable: true, attempts: 3 });
  expect(answer.message).toContain('https://nowhere.invalid');
});

test('a host that takes no connection is NETWORK_CONNECT', async () => {
  const { config } = await startOrg();
  const instanceUrl = `http://127.0.0.1:${await closedPort()}`;
  const manager = new JWTConnectionManager();
  const asked = () => rejection(manager.getAccessToken({ ...config, instanceUrl }));
  const { result, took } = await timed(asked);
  expect(result).toMatchObject({ code: 'NETWORK_CONNECT', retryable: true, attempts: 3 });
  expect(took).toBeLessThan(1_000);
});

test('fault 61: a proxy that takes no connection is NETWORK_CONNECT', async () => {
  const { config } = await startOrg();
  const proxy = `http://127.0.0.1:${await closedPort()}`;
  const instanceUrl = 'https://nowhere.invalid';
  const answer = await askInChild({ ...config, instanceUrl }, { HTTPS_PROXY: proxy });
  expect(answer).toMatchObject({ code: 'NETWORK_CONNECT', retryable: true });
  expect(answer.message).toContain('No connection could be made to the proxy. HTTPS_PROXY names');
});

test('fault 61: a proxy that has no such name is told as that', async () => {
  const { config } = await startOrg();
  const env = { https_proxy: `http://${'x'.repeat(64)}.invalid:3128` };
  const answer = await askInChild({ ...config, instanceUrl: 'https://nowhere.invalid' }, env);
  expect(answer).toMatchObject({ code: 'NETWORK_DNS', retryable: true });
  expect(answer.message).toContain("The proxy's name cannot be resolved. https_proxy names");
});

test('this machine is not looked for behind a proxy', async () => {
  const { config, instanceUrl } = await startOrg();
  const proxy = `http://127.0.0.1:${await closedPort()}`;
  const answer = await askInChild(config, { HTTP_PROXY: proxy, http_proxy: proxy });
  expect(answer).toEqual({ instanceUrl });
});

describe('TLS', () => {
  test('a host whose authority is not trusted is NETWORK_TLS, at once', async () => {
    const { config, stats } = await startOrg({ https: true });
    const caught = await rejection(new JWTConnectionManager().getAccessToken(config));
    expect(caught).toMatchObject({ code: 'NETWORK_TLS', retryable: false, attempts: 1 });
    expect(caught.message).toContain('authority that is not trusted');
    expect(caught.hint).toContain('NODE_EXTRA_CA_CERTS');
    expect(stats().tokenRequests).toBe(0);
  });

  test('a host that speaks no TLS is NETWORK_TLS', async () => {
    const { config, url } = await startOrg();
    const instanceUrl = url.replace('http:', 'https:');
    const asked = new JWTConnectionManager().getAccessToken({ ...config, instanceUrl });
    expect(await rejection(asked)).toHaveProperty('code', 'NETWORK_TLS');
  });

  test('the option ca names the authority', async () => {
    const { ca, config, instanceUrl } = await startOrg({ https: true });
    const manager = new JWTConnectionManager({ ca });
    expect(await manager.getAccessToken(config)).toHaveProperty('instanceUrl', instanceUrl);
  });

  test('the option ca may hold several certificates, and text around them', async () => {
    const { ca, config } = await startOrg({ https: true });
    const manager = new JWTConnectionManager({ ca: `# ours\n${ca}\n# again\n${ca}` });
    expect(await manager.getAccessToken(config)).toHaveProperty('accessToken');
  });

  test('fault 49: NODE_EXTRA_CA_CERTS names the authority, for the token and for jsforce', async () => {
    const { caFile, config } = await startOrg({ https: true });
    const { code, reports, stderr } = await runChild(
      `const connection = await load().getConnection(input.config);
       report((await connection.query(input.query)).totalSize);`,
      { input: { config, query: QUERY }, env: { NODE_EXTRA_CA_CERTS: caFile } },
    );
    expect({ code, reports, stderr }).toEqual({ code: 0, reports: [1], stderr: '' });
  });

  test('fault 49: NODE_EXTRA_CA_CERTS that names no file is passed over', async () => {
    const { config, instanceUrl } = await startOrg();
    const { code, reports } = await runChild(ASK, {
      input: { config },
      env: { NODE_EXTRA_CA_CERTS: '/nowhere/ca.pem' },
    });
    expect({ code, reports }).toEqual({ code: 0, reports: [{ instanceUrl }] });
  });

  test('trust is a manager’s own: one’s ca is not another’s', async () => {
    const { ca, config } = await startOrg({ https: true });
    await new JWTConnectionManager({ ca }).getAccessToken(config);
    const other = new JWTConnectionManager().getAccessToken(config);
    expect(await rejection(other)).toHaveProperty('code', 'NETWORK_TLS');
  });
});
