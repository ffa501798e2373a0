'use strict';

const { createPublicKey, generateKeyPairSync } = require('node:crypto');
const { startLocalOrg } = require('../../testing');
const { assertionFor, changeApp, now, post, refresh, refusal } = require('./peer');

const UNKNOWN = {
  status: 400,
  error: 'invalid_client_id',
  description: 'client identifier invalid',
};
const WRONG = { status: 400, error: 'invalid_client', description: 'invalid client credentials' };
const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

let org;
beforeEach(async () => {
  org = await startLocalOrg();
});
afterEach(() => org.close());

/** A refresh that names no client in its form. */
function refreshAs(form, headers = {}, refreshToken = org.oauth.refreshToken) {
  const grant = { grant_type: 'refresh_token', refresh_token: refreshToken };
  return post(org, 'token', { ...grant, ...form }, { headers });
}

describe('by form', () => {
  test('an unknown client is told so before anything else', async () => {
    const response = await refresh(org, 'x', { client_id: 'nobody' });
    expect(await refusal(response)).toEqual(UNKNOWN);
    expect(await refusal(await refreshAs({}))).toEqual(UNKNOWN);
  });

  test.each(['x', ''])('a wrong secret is refused: %j', async (secret) => {
    expect(await refusal(await refresh(org, 'x', { client_secret: secret }))).toEqual(WRONG);
  });

  test('no secret is refused, unless the app goes without', async () => {
    const form = { client_id: org.oauth.clientId };
    expect(await refusal(await refreshAs(form))).toEqual(WRONG);
    changeApp(org, { requireSecretForRefresh: false });
    expect((await refreshAs(form)).status).toBe(200);
    expect(await refusal(await refreshAs({ ...form, client_secret: 'x' }))).toEqual(WRONG);
  });

  test('a secret is refused from an app that has none', async () => {
    changeApp(org, { clientSecret: undefined });
    expect(await refusal(await refresh(org))).toEqual(WRONG);
    expect((await refreshAs({ client_id: org.oauth.clientId })).status).toBe(200);
  });
});

describe('by HTTP Basic', () => {
  const basic = (...parts) => ({
    Authorization: `Basic ${Buffer.from(parts.join(':')).toString('base64')}`,
  });

  test('the right secret is accepted', async () => {
    const { clientId, clientSecret } = org.oauth;
    expect((await refreshAs({}, basic(clientId, clientSecret))).status).toBe(200);
  });

  test('the wrong one and the unknown client are refused', async () => {
    const { clientId, clientSecret } = org.oauth;
    expect(await refusal(await refreshAs({}, basic(clientId, 'x')))).toEqual(WRONG);
    expect(await refusal(await refreshAs({}, basic(clientId)))).toEqual(WRONG);
    expect(await refusal(await refreshAs({}, basic('nobody', clientSecret)))).toEqual(UNKNOWN);
  });

  test('both halves are form-encoded', async () => {
    const clientSecret = 'ä+b:c%d e';
    changeApp(org, { clientSecret });
    const encoded = new URLSearchParams({ s: clientSecret }).toString().slice(2);
    expect((await refreshAs({}, basic(org.oauth.clientId, encoded))).status).toBe(200);
    const plain = basic(org.oauth.clientId, clientSecret);
    expect(await refusal(await refreshAs({}, plain))).toEqual(WRONG);
  });
});

describe('by assertion', () => {
  let refreshToken;
  beforeEach(() => {
    const { clientId, privateKey, username } = org.config;
    const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });
    const redirectUris = ['https://app.example.com/callback'];
    org.register({ clientId, publicKey, clientSecret: 'x', redirectUris, users: [username] });
    refreshToken = org.issueRefreshToken({ clientId });
  });

  const signed = (claims = {}, signer = {}, form = {}) => {
    const aud = `${org.url}/services/oauth2/token`;
    const assertion = assertionFor(org, { sub: org.config.clientId, aud, ...claims }, signer);
    const credentials = { client_assertion_type: TYPE, client_assertion: assertion };
    return refreshAs({ ...credentials, ...form }, {}, refreshToken);
  };

  test('the app’s own signature is accepted in place of its secret', async () => {
    expect((await signed()).status).toBe(200);
    expect((await signed({}, {}, { client_id: org.config.clientId })).status).toBe(200);
    expect(org.lastAssertion().claims).toMatchObject({ sub: org.config.clientId });
  });

  test('a few minutes late it is accepted too', async () => {
    expect((await signed({ exp: now() - 170 })).status).toBe(200);
  });

  const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  test.each([
    ['another key', {}, { privateKey: otherKey }, {}],
    ['another algorithm', {}, { algorithm: 'RS384' }, {}],
    ['another subject', { sub: 'integration@example.com' }, {}, {}],
    ['another audience', { aud: 'https://login.salesforce.com' }, {}, {}],
    ['an expiry long past', { exp: now() - 190 }, {}, {}],
    ['another client_id beside it', {}, {}, { client_id: 'other' }],
    ['no JWT', {}, {}, { client_assertion: 'x' }],
  ])('it is refused for %s', async (_, claims, signer, form) => {
    expect(await refusal(await signed(claims, signer, form))).toEqual(WRONG);
  });

  test('the audience is not the origin', async () => {
    expect(await refusal(await signed({ aud: org.url }))).toEqual(WRONG);
  });

  test('an unknown issuer is told so', async () => {
    expect(await refusal(await signed({ iss: 'nobody', sub: 'nobody' }))).toEqual(UNKNOWN);
  });

  test('another type of assertion is refused', async () => {
    const response = await signed({}, {}, { client_assertion_type: 'saml2-bearer' });
    expect(await refusal(response)).toMatchObject({ error: 'invalid_assertion_type' });
  });

  test('a jti is good for one request', async () => {
    expect((await signed({ jti: 'once' })).status).toBe(200);
    expect(await refusal(await signed({ jti: 'once' }))).toMatchObject({ error: 'bad_jti_claim' });
  });
});
