'use strict';

// The authorization code grant: a code for an access token and a refresh token.

const { createHash } = require('node:crypto');
const { authenticateClient } = require('./client-authentication');
const { AUTHORIZATION_CODE } = require('../clients');
const { logIn } = require('./login');
const { Refusal } = require('./refusal');
const { isLasting } = require('./scope');
const { grantSession, signedTokenResponse } = require('./token-response');

/**
 * A code is good for one grant. If it comes again, a thief or the robbed app has sent it, so every
 * token of the first grant is revoked (RFC 6749 §4.1.2).
 *
 * @type {import('./token-endpoint').Grant}
 */
function authorizationCodeGrant(request, org, now) {
  const client = authenticateClient(request, org, now, ({ secret }) => secret !== undefined);
  if (!client.grants.includes(AUTHORIZATION_CODE)) {
    throw new Refusal('unsupported_grant_type', 'grant type not supported');
  }
  const { form } = request;
  const authorization = org.authorizationCodes.find(form.get('code'));
  if (authorization?.clientId !== client.id) throw expired();
  if (authorization.granted) {
    org.refreshTokens.revoke(authorization.granted);
    throw expired();
  }
  if (form.get('redirect_uri') !== authorization.redirectUri) {
    throw new Refusal('redirect_uri_mismatch', 'redirect_uri must match configuration');
  }
  if (challengeOf(form.get('code_verifier')) !== authorization.challenge) {
    throw new Refusal('invalid_grant', 'invalid code verifier');
  }
  const { username, scope } = authorization;
  logIn(client, username, org);

  const family = org.refreshTokens.begin(client, username, scope);
  authorization.granted = family;
  const session = grantSession(client, username, org, { alwaysNew: client.rotation });
  family.accessTokens.add(session.token);
  return {
    ...signedTokenResponse(session, scope, client, org),
    refresh_token: isLasting(scope) ? family.current : undefined,
  };
}

/** @param {string | null} verifier */
function challengeOf(verifier) {
  return verifier === null ? null : createHash('sha256').update(verifier).digest('base64url');
}

const expired = () => new Refusal('invalid_grant', 'expired authorization code');

module.exports = { authorizationCodeGrant };
