'use strict';

// The rival worth beating: careful JavaScript without a dependency. The key is parsed once, signing
// leaves the event loop, sockets are reused and capped, callers share one request and one promise.

const { createPrivateKey, sign } = require('node:crypto');
const { promisify } = require('node:util');

const signAside = promisify(sign);

const LIFE = 150_000;
const HEADER = Buffer.from('{"alg":"RS256"}').toString('base64url');

/** @type {Map<string, object>} logins by username */
const logins = new Map();
const agents = {};

exports.getToken = (config) => {
  let login = logins.get(config.username);
  if (login?.clientId !== config.clientId || login.privateKey !== config.privateKey) {
    const { clientId, privateKey, username, instanceUrl } = config;
    login = { clientId, privateKey, username, instanceUrl, key: createPrivateKey(privateKey) };
    login.expiresAt = -Infinity;
    logins.set(username, login);
  }
  if (Date.now() >= login.expiresAt) {
    login.expiresAt = Date.now() + LIFE;
    login.token = requestToken(login);
    login.token.catch(() => {
      login.expiresAt = -Infinity;
    });
  }
  return login.token;
};

exports.getConnection = async (config) => {
  const { Connection } = require('jsforce');
  const accessToken = await exports.getToken(config);
  return new Connection({ instanceUrl: config.instanceUrl, accessToken });
};

async function requestToken(login) {
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: await assertionOf(login),
  });
  const { status, body } = await post(`${login.instanceUrl}/services/oauth2/token`, `${form}`);
  if (status !== 200) throw new Error(`The token endpoint answered ${status}: ${body}`);
  return JSON.parse(body).access_token;
}

async function assertionOf({ clientId, username, instanceUrl, key }) {
  const exp = Math.floor(Date.now() / 1000) + 180;
  const claims = JSON.stringify({ iss: clientId, sub: username, aud: instanceUrl, exp });
  const unsigned = `${HEADER}.${Buffer.from(claims).toString('base64url')}`;
  const signature = await signAside('RSA-SHA256', Buffer.from(unsigned), key);
  return `${unsigned}.${signature.toString('base64url')}`;
}

function post(url, body) {
  const scheme = url.startsWith('https:') ? 'https' : 'http';
  const { Agent, request } = require(`node:${scheme}`);
  agents[scheme] ??= new Agent({ keepAlive: true, maxSockets: 64 });
  const headers = {
    'Content-Type': 'application/x-www-form-urlencoded',
    'Content-Length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers, agent: agents[scheme], timeout: 8_000 };
    const sent = request(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode, body: text }));
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error('The token endpoint did not answer.')));
    sent.on('error', reject);
    sent.end(body);
  });
}
