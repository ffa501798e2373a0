'use strict';

// The apps of an org: what a registration says, with defaults, and the names of the grants.

const { createPublicKey, X509Certificate } = require('node:crypto');

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const REFRESH_TOKEN = 'refresh_token';
const AUTHORIZATION_CODE = 'authorization_code';

/**
 * An app as the org knows it.
 *
 * @typedef {object} Client
 * @property {string} id the consumer key
 * @property {string} [secret]
 * @property {import('node:crypto').KeyObject} [key] verifies the assertions of the app
 * @property {import('./index').AppType} app
 * @property {'admin-approved' | 'self-authorize'} approval
 * @property {string[]} grants
 * @property {string[]} redirectUris
 * @property {boolean} rotation
 * @property {boolean} requireSecretForRefresh
 * @property {number} refreshTokenLife milliseconds without use
 * @property {Map<string, Required<import('./index').UserRegistration>>} users by username
 */

/**
 * @param {import('./index').ClientRegistration} registration
 * @param {import('./index').LocalOrgOptions} options defaults for every app
 * @returns {Client}
 */
function toClient(registration, { app = 'external-client-app', rotation = false }) {
  const { clientId, publicKey, certificate, clientSecret } = registration;
  const {
    users = [],
    redirectUris = [],
    refreshTokenLife = Number.POSITIVE_INFINITY,
  } = registration;
  const key = certificate
    ? new X509Certificate(certificate).publicKey
    : publicKey && createPublicKey(publicKey);
  if (key && key.asymmetricKeyType !== 'rsa') throw new TypeError('The key of an app must be RSA');
  const noUrl = redirectUris.find((uri) => !URL.canParse(uri));
  if (noUrl !== undefined) throw new TypeError(`The redirect URI ${noUrl} is no URL`);
  return {
    id: clientId,
    secret: clientSecret,
    key: key || undefined,
    app: registration.app ?? app,
    approval: registration.approval ?? 'admin-approved',
    grants: registration.grants ?? [
      ...(key ? [JWT_BEARER] : []),
      ...(redirectUris.length > 0 ? [AUTHORIZATION_CODE, REFRESH_TOKEN] : []),
    ],
    redirectUris,
    rotation: registration.rotation ?? rotation,
    requireSecretForRefresh: registration.requireSecretForRefresh ?? clientSecret !== undefined,
    refreshTokenLife: refreshTokenLife * 1000,
    users: new Map(users.map(toUser).map((user) => [user.username, user])),
  };
}

/** @param {string | import('./index').UserRegistration} registration */
function toUser(registration) {
  const user = typeof registration === 'string' ? { username: registration } : registration;
  return { active: true, approved: true, ipAllowed: true, ...user };
}

module.exports = { AUTHORIZATION_CODE, JWT_BEARER, REFRESH_TOKEN, toClient };
