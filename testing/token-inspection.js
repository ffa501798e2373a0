'use strict';

const { json, oauth, oauthError, text } = require('./answer');

/**
 * Ends a session, for everyone who holds its token.
 *
 * @type {import('./host').Respond}
 */
function revoke({ url, body }, org) {
  const form = new URLSearchParams(body || url.search);
  const hint = form.get('token_type_hint') ?? 'access_token';
  if (!['access_token', 'refresh_token'].includes(hint)) {
    return oauthError('unsupported_token_type', 'this token type is not supported');
  }
  return org.sessions.revoke(form.get('token') ?? '')
    ? { status: 200 }
    : oauthError('invalid_token', 'invalid token');
}

/**
 * The one way to learn when a session ends; only an app that shows its secret is told.
 *
 * @type {import('./host').Respond}
 */
function introspect({ body }, org) {
  const form = new URLSearchParams(body);
  const client = org.clients.get(form.get('client_id') ?? '');
  if (!client || client.secret !== form.get('client_secret')) {
    return oauthError('invalid_client', 'invalid client credentials');
  }
  const session = org.sessions.peek(form.get('token') ?? undefined);
  if (!session) return oauth({ active: false });
  const [iat, exp] = [session.begun, session.ends].map((ms) => Math.floor(ms / 1000));
  return oauth({
    active: true,
    scope: 'api',
    client_id: session.clientId,
    username: session.username,
    sub: org.identityUrl(session.username),
    token_type: 'access_token',
    iat,
    nbf: iat,
    exp,
  });
}

/**
 * Who a token belongs to. A bad token is no 401 here, so clients do not take it for an expired
 * session.
 *
 * @type {import('./host').Respond}
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
