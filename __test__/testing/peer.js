'use strict';

// A client of the local org that is not the package: signs, posts and reads by itself.

const { createHmac } = require('node:crypto');
const { sign } = require('jsonwebtoken');

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const now = () => Math.floor(Date.now() / 1000);

/** An assertion for the org's ready user, with some claims changed. */
function assertionFor({ config, url }, claims = {}, { privateKey, algorithm } = {}) {
  return sign(
    { iss: config.clientId, sub: config.username, aud: url, exp: now() + 120, ...claims },
    privateKey ?? config.privateKey,
    { algorithm: algorithm ?? 'RS256', noTimestamp: true },
  );
}

/** Sends a form to an OAuth endpoint. */
function post(org, path, form, init = {}) {
  return fetch(`${org.url}/services/oauth2/${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    ...init,
  });
}

/** Asks for a token; resolves to the HTTP response. */
function requestToken(org, assertion = assertionFor(org), init = {}) {
  return post(org, 'token', { grant_type: JWT_BEARER, assertion }, init);
}

/** Asks for a token; resolves to the token response. */
async function login(org, claims) {
  return (await requestToken(org, assertionFor(org, claims))).json();
}

/** Expects the token response of a grant that a user approved; `more` has further fields. */
function expectTokenResponse(answer, org, more = {}) {
  expect(answer).toEqual({
    access_token: expect.stringMatching(/^00D\w{12}![\w.]{90,}$/),
    scope: 'api refresh_token',
    instance_url: org.instanceUrl,
    id: expect.stringMatching(/\/id\/00D\w{15}\/005\w{15}$/),
    token_type: 'Bearer',
    issued_at: expect.stringMatching(/^\d{13}$/),
    signature: expect.any(String),
    ...more,
  });
  const hmac = createHmac('sha256', org.oauth.clientSecret).update(answer.id + answer.issued_at);
  expect(answer.signature).toBe(hmac.digest('base64'));
}

/** Asks for a token with a refresh token; resolves to the HTTP response. */
function refresh(org, refreshToken = org.oauth.refreshToken, form = {}, init = {}) {
  const { clientId, clientSecret } = org.oauth;
  const credentials = { client_id: clientId, client_secret: clientSecret };
  const grant = { grant_type: 'refresh_token', refresh_token: refreshToken };
  return post(org, 'token', { ...grant, ...credentials, ...form }, init);
}

/** The app of `org.oauth`, with some of its registration changed. */
function changeApp(org, registration) {
  const { clientId, clientSecret, redirectUri } = org.oauth;
  const app = { clientId, clientSecret, redirectUris: [redirectUri], users: [org.config.username] };
  org.register({ ...app, ...registration });
}

/** What a refused request is told. */
async function refusal(response) {
  const { error, error_description } = await response.json();
  return { status: response.status, error, description: error_description };
}

/** Calls the REST API with a token; resolves to the HTTP response. */
function callApi(org, token, path = '/services/data/v66.0/limits') {
  return fetch(org.instanceUrl + path, { headers: { Authorization: `Bearer ${token}` } });
}

module.exports = {
  JWT_BEARER,
  assertionFor,
  callApi,
  changeApp,
  expectTokenResponse,
  login,
  now,
  post,
  refresh,
  refusal,
  requestToken,
};
