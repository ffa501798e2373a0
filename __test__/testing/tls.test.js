'use strict';

const { X509Certificate } = require('node:crypto');
const { once } = require('node:events');
const { readFileSync } = require('node:fs');
const https = require('node:https');
const { join } = require('node:path');
const { json } = require('node:stream/consumers');
const { startLocalOrg } = require('../../testing');
const { JWT_BEARER, assertionFor } = require('./peer');

let org;
beforeEach(async () => {
  org = await startLocalOrg({ https: true });
});
afterEach(() => org.close());

/** A request with node:https, which takes a CA of its own. */
async function request(url, { form, ...options } = {}) {
  const sent = https.request(url, { agent: false, ...options });
  if (form) sent.setHeader('Content-Type', 'application/x-www-form-urlencoded');
  sent.end(form && new URLSearchParams(form).toString());
  const [response] = await once(sent, 'response');
  return { status: response.statusCode, body: await json(response) };
}

const login = (options) =>
  request(`${org.url}/services/oauth2/token`, {
    method: 'POST',
    form: { grant_type: JWT_BEARER, assertion: assertionFor(org) },
    ...options,
  });

test('both hosts serve TLS to those who trust the test authority', async () => {
  expect(org.url).toMatch(/^https:\/\/localhost:\d+$/);
  const { status, body } = await login({ ca: org.ca });
  expect(status).toBe(200);
  expect(body.instance_url).toMatch(/^https:\/\/localhost:\d+$/);

  const limits = await request(`${body.instance_url}/services/data/v66.0/limits`, {
    ca: readFileSync(org.caFile),
    headers: { Authorization: `Bearer ${body.access_token}` },
  });
  expect(limits.body).toHaveProperty('DailyApiRequests');
});

test('the certificate is good for the address too', async () => {
  const url = org.instanceUrl.replace('localhost', '127.0.0.1');
  const { status } = await request(`${url}/services/data`, { ca: org.ca });
  expect(status).toBe(200);
});

test('nobody else trusts it', async () => {
  await expect(login()).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
});

test.each(['reset', 'close'])('the fault %s works under TLS', async (kind) => {
  org.inject({ kind });
  await expect(login({ ca: org.ca })).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('the certificates are what TLS libraries ask for', () => {
  const authority = new X509Certificate(org.ca);
  const leaf = new X509Certificate(
    readFileSync(join(__dirname, '../../testing/tls/localhost.pem')),
  );
  expect(authority.ca).toBe(true);
  expect(leaf.ca).toBe(false);
  expect(leaf.verify(authority.publicKey)).toBe(true);
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']); // serverAuth
  expect(leaf.subjectAltName).toBe(
    'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
  );
  for (const { validTo } of [authority, leaf]) {
    expect(Date.parse(validTo)).toBeGreaterThan(Date.parse('2050-01-01'));
  }
});
