'use strict';

const { generateKeyPair, randomBytes } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { promisify } = require('node:util');
const { apiEndpoints, authorizationEndpoints } = require('./endpoints');
const { listen } = require('./host');
const { Org } = require('./org');

const pem = (/** @type {string} */ name) => join(__dirname, 'tls', name);

/** @type {typeof import('./index').startLocalOrg} */
async function startLocalOrg(options = {}) {
  const org = new Org(options);
  const caFile = pem('ca.pem');
  const tls = options.https
    ? { cert: readFileSync(pem('localhost.pem')), key: readFileSync(pem('localhost-key.pem')) }
    : undefined;
  const authorization = await listen(authorizationEndpoints, org, tls);
  const api = await listen(apiEndpoints, org, tls);
  org.url = authorization.origin;
  org.instanceUrl = api.origin;

  const { client, config } = await newLogin(org.url);
  for (const each of [client, ...(options.clients ?? [])]) org.register(each);

  return {
    url: org.url,
    instanceUrl: api.origin,
    ca: readFileSync(caFile, 'utf8'),
    caFile,
    config,
    register: (registration) => org.register(registration),
    stats: () => org.traffic.stats(),
    resetStats: () => org.traffic.reset(),
    revokeAll: () => org.sessions.revokeAll(),
    inject: (fault, injection) => org.faults.inject(fault, injection),
    lastAssertion: () => org.lastAssertion,
    setInstanceUrl: (url) => {
      org.instanceUrl = url;
    },
    close: async () => {
      await Promise.all([authorization.close(), api.close()]);
    },
  };
}

/**
 * A client and a user nothing stands in the way of.
 *
 * @param {string} instanceUrl
 */
async function newLogin(instanceUrl) {
  const { publicKey, privateKey } = await keyPair();
  const clientId = `3MVG9${randomBytes(30).toString('hex')}`;
  const username = 'integration@example.com';
  return {
    client: { clientId, publicKey, users: [username] },
    config: { clientId, privateKey, username, instanceUrl },
  };
}

/** @type {Promise<{ publicKey: string, privateKey: string }> | undefined} */
let keys;

/** One key pair for all orgs of a process, because making one takes longer than most tests. */
function keyPair() {
  keys ??= promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return keys;
}

module.exports = { startLocalOrg };
