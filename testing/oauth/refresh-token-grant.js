'use strict';

// The refresh token grant: a refresh token for an access token, and its rotation.

const { authenticateClient } = require('./client-authentication');
const { REFRESH_TOKEN } = require('../clients');
const { logIn } = require('./login');
const { Refusal } = require('./refusal');
const { grantSession, signedTokenResponse } = require('./token-response');

/**
 * The app is authenticated first: without its secret nobody can spend or revoke a token.
 *
 * @type {import('./token-endpoint').Grant}
 */
function refreshTokenGrant(request, org, now) {
  const client = authenticateClient(request, org, now, (each) => each.requireSecretForRefresh);
  if (!client.grants.includes(REFRESH_TOKEN)) {
    throw new Refusal('unsupported_grant_type', 'grant type not supported');
  }
  const token = request.form.get('refresh_token') ?? '';
  const family = org.refreshTokens.find(token);
  if (family?.clientId !== client.id) throw expired();
  blockSimultaneous(token, request, org);
  if (token !== family.current) {
    org.traffic.count('refreshTokenReuses');
    org.refreshTokens.revoke(family);
    throw expired();
  }
  if (!org.refreshTokens.live(token)) throw expired();
  logIn(client, family.username, org);

  const session = grantSession(client, family.username, org, { alwaysNew: client.rotation });
  family.accessTokens.add(session.token);
  family.ends = Date.now() + family.life;
  return {
    ...signedTokenResponse(session, family.scope, client, org),
    refresh_token: client.rotation ? org.refreshTokens.rotate(family) : undefined,
  };
}

/**
 * Refuses a second request with the same refresh token while the first is being processed, as
 * Salesforce does with rotation or without. A request is over when its answer is sent or its
 * connection is lost.
 *
 * @param {string} token
 * @param {import('./token-endpoint').TokenRequest} request
 * @param {import('../org').Org} org
 */
function blockSimultaneous(token, { whenOver }, org) {
  const over = org.refreshTokens.process(token);
  if (over) return whenOver(over);
  org.traffic.count('simultaneousRefreshes');
  throw new Refusal('invalid_grant', 'token request is already being processed');
}

const expired = () => new Refusal('invalid_grant', 'expired access/refresh token');

module.exports = { refreshTokenGrant };
