'use strict';

// The endpoints that look at a token or end it: revoke, introspect, userinfo.

const { json, oauth, oauthError, text } = require('../answer');

/**
 * Ends the session of an access token, or the approval of a refresh token with all its tokens.
 *
 * @type {import('../host').Respond}
 */
function revoke({ url, body }, org) {
  const form = new URLSearchParams(body || url.search);
  const hint = form.get('token_type_hint') ?? 'access_token';
  if (!['access_token', 'refresh_token'].includes(hint)) {
    return oauthError('unsupported_token_type', 'this token type is not supported');
  }
  const token = form.get('token') ?? '';
  const family = org.refreshTokens.live(token);
  if (family) org.refreshTokens.revoke(family);
  else if (!org.sessions.revoke(token)) return oauthError('invalid_token', 'invalid token');
  return { status: 200 };
}

/**
 * Says whether a token is alive and when it ends. The app must send its secret.
 *
 * @type {import('../host').Respond}
 */
function introspect({ body }, org) {
  const form = new URLSearchParams(body);
  const client = org.clients.get(form.get('client_id') ?? '');
  if (!client || client.secret !== form.get('client_secret')) {
    return oauthError('invalid_client', 'invalid client credentials');
  }
  const token = form.get('token') ?? '';
  const session = org.sessions.peek(token);
  const found = session ?? org.refreshTokens.live(token);
  if (!found) return oauth({ active: false });
  const iat = seconds(found.begun);
  return oauth({
    active: true,
    scope: 'scope' in found ? found.scope : 'api',
    client_id: found.clientId,
    username: found.username,
    sub: org.identityUrl(found.username),
    token_type: session ? 'access_token' : 'refresh_token',
    iat,
    nbf: iat,
    exp: Number.isFinite(found.ends) ? seconds(found.ends) : undefined,
  });
}

const seconds = (/** @type {number} */ ms) => Math.floor(ms / 1000);

/**
 * Says who the user of an access token is. A bad token is answered with 403, as in Salesforce, so
 * that no client takes it for an expired session.
 *
 * @type {import('../host').Respond}
 */
function userinfo({ url, headers, body }, org) {
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  const inForm =
    url.searchParams.get('oauth_token') ?? new URLSearchParams(body).get('access_token');
  const session = org.sessions.use(bearer ?? inForm ?? undefined);
  if (!session) return text('Bad_OAuth_Token', 'text/html', 403);
  const identity = org.identityUrl(session.username);
  return json({
    id: identity,
    sub: identity,
    user_id: org.userId(session.username),
    organization_id: org.id,
    preferred_username: session.username,
    username: session.username,
  });
}

module.exports = { introspect, revoke, userinfo };
