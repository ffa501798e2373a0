'use strict';

const { createHmac } = require('node:crypto');

/**
 * The session of a granted login. One app and user share one live token, so most logins bring the
 * token that is already out.
 *
 * @param {import('../clients').Client} client
 * @param {string} username
 * @param {import('../org').Org} org
 * @param {{ alwaysNew?: boolean }} [options]
 */
function grantSession(client, username, org, { alwaysNew = false } = {}) {
  const [rejection] = org.faults.pending(['session-rejected']);
  const isNew = alwaysNew || rejection?.tokens === 'new';
  const live = isNew ? undefined : org.sessions.find(client.id, username);
  org.traffic.granted(username, !live);
  return live ?? org.sessions.begin(client.id, username);
}

/**
 * @param {import('../sessions').Session} session
 * @param {string} scope
 * @param {import('../org').Org} org
 */
function tokenResponse({ token, username }, scope, org) {
  return {
    access_token: token,
    scope,
    instance_url: org.instanceUrl,
    id: org.identityUrl(username),
    token_type: 'Bearer',
  };
}

/**
 * The response of a grant that a user once approved in a browser. It has two fields which the JWT
 * bearer grant's lacks.
 *
 * @param {import('../sessions').Session} session
 * @param {string} scope
 * @param {import('../clients').Client} client
 * @param {import('../org').Org} org
 */
function signedTokenResponse(session, scope, client, org) {
  const response = tokenResponse(session, scope, org);
  const issuedAt = String(Date.now());
  const signature = createHmac('sha256', client.secret ?? '').update(response.id + issuedAt);
  return { ...response, issued_at: issuedAt, signature: signature.digest('base64') };
}

module.exports = { grantSession, signedTokenResponse, tokenResponse };
