'use strict';

// startLocalOrg: starts both hosts of an org and hands out what a test may do with it.

const { generateKeyPair, randomBytes } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { promisify } = require('node:util');
const { apiEndpoints, authorizationEndpoints } = require('./endpoints');
const { listen } = require('./host');
const { Org } = require('./org');
const { APP_SCOPE } = require('./oauth/scope');

const USERNAME = 'integration@example.com';

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
  const oauth = newOAuthApp(org.url);
  for (const each of [client, oauth.client, ...(options.clients ?? [])]) org.register(each);
  /** @type {import('./index').LocalOrg['issueRefreshToken']} */
  const issueRefreshToken = ({ clientId = oauth.config.clientId, username } = {}) => {
    const app = org.clients.get(clientId);
    const user = username ?? app?.users.keys().next().value;
    if (!app || !user) throw new TypeError(`No app ${clientId} with a user is registered`);
    return org.refreshTokens.begin(app, user, APP_SCOPE).current;
  };

  return {
    url: org.url,
    instanceUrl: api.origin,
    ca: readFileSync(caFile, 'utf8'),
    caFile,
    config,
    oauth: { ...oauth.config, refreshToken: issueRefreshToken() },
    register: (registration) => org.register(registration),
    stats: () => org.traffic.stats(),
    resetStats: () => org.traffic.reset(),
    revokeAll: () => org.sessions.revokeAll(),
    issueRefreshToken,
    revokeRefreshToken: (token) => {
      const family = org.refreshTokens.find(token);
      if (!family) throw new TypeError('The org never issued this refresh token');
      org.refreshTokens.revoke(family);
    },
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
 * An app and a user who can log in at once.
 *
 * @param {string} instanceUrl origin of the token endpoint
 */
async function newLogin(instanceUrl) {
  const { publicKey, privateKey } = await keyPair();
  const clientId = newConsumerKey();
  return {
    client: { clientId, publicKey, users: [USERNAME] },
    config: { clientId, privateKey, username: USERNAME, instanceUrl },
  };
}

/**
 * An app with a secret, which the same user has approved in a browser.
 *
 * @param {string} loginUrl
 */
function newOAuthApp(loginUrl) {
  const clientId = newConsumerKey();
  const clientSecret = randomBytes(32).toString('hex').toUpperCase();
  const redirectUri = 'http://localhost:1717/OauthRedirect';
  return {
    client: { clientId, clientSecret, redirectUris: [redirectUri], users: [USERNAME] },
    config: { clientId, clientSecret, redirectUri, loginUrl },
  };
}

const newConsumerKey = () => `3MVG9${randomBytes(30).toString('hex')}`;

/** @type {Promise<{ publicKey: string, privateKey: string }> | undefined} */
let keys;

/** One key pair for all orgs of a process: to generate one takes longer than most tests. */
function keyPair() {
  keys ??= promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return keys;
}

module.exports = { startLocalOrg };
