'use strict';

// How an app proves that it is itself: by its secret or by a signed client assertion.

const { GRACE, checkJti, decodeAssertion, isSignedBy, textOf } = require('./assertion');
const { Refusal } = require('./refusal');

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** @typedef {import('../clients').Client} Client */

/**
 * The app that makes a token request.
 *
 * @param {import('./token-endpoint').TokenRequest} request
 * @param {import('../org').Org} org
 * @param {number} now epoch ms, by the org's clock
 * @param {(client: Client) => boolean} needsSecret whether the app must prove itself
 * @returns {Client}
 */
function authenticateClient({ form, headers }, org, now, needsSecret) {
  if (form.has('client_assertion')) return signer(form, org, now);
  const { id, secret } = basicCredentials(headers.authorization) ?? {
    id: form.get('client_id'),
    secret: form.get('client_secret'),
  };
  const client = knownClient(id, org);
  const isRight = secret === null ? !needsSecret(client) : secret === client.secret;
  if (!isRight) throw invalidClient();
  return client;
}

/**
 * The app that signed a client assertion (RFC 7523 §2.2). Its audience is the URL of the token
 * endpoint.
 *
 * @param {URLSearchParams} form
 * @param {import('../org').Org} org
 * @param {number} now
 */
function signer(form, org, now) {
  if (form.get('client_assertion_type') !== JWT_BEARER) {
    throw new Refusal('invalid_assertion_type', 'invalid assertion type');
  }
  const assertion = decodeAssertion(form.get('client_assertion'));
  if (!assertion) throw invalidClient();
  const { header, claims } = assertion;
  org.lastAssertion = { header, claims };

  const client = knownClient(textOf(claims.iss), org);
  const isItself = claims.sub === client.id && (form.get('client_id') ?? client.id) === client.id;
  const isForUs = claims.aud === `${org.url}/services/oauth2/token`;
  const isInTime = typeof claims.exp === 'number' && claims.exp + GRACE >= now / 1000;
  if (!isItself || !isForUs || !isInTime || !isSignedBy(assertion, client.key)) {
    throw invalidClient();
  }
  checkJti(claims.jti, client, org);
  return client;
}

/**
 * HTTP Basic credentials. Both halves are form-encoded before they are joined (RFC 6749 §2.3.1).
 *
 * @param {string | undefined} authorization
 */
function basicCredentials(authorization) {
  const encoded = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [id, ...secret] = Buffer.from(encoded, 'base64').toString().split(':').map(formDecode);
  return { id, secret: secret.length > 0 ? secret.join(':') : null };
}

const formDecode = (/** @type {string} */ text) => new URLSearchParams(`=${text}`).get('') ?? '';

/**
 * @param {string | null} id
 * @param {import('../org').Org} org
 */
function knownClient(id, org) {
  const client = org.clients.get(id ?? '');
  if (!client) throw new Refusal('invalid_client_id', 'client identifier invalid');
  return client;
}

const invalidClient = () => new Refusal('invalid_client', 'invalid client credentials');

module.exports = { authenticateClient };
