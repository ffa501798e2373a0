'use strict';

// Token responses, and the session that a granted login gets.

const { createHmac } = require('node:crypto');

/**
 * The session of a granted login. An app and a user have one live token at a time, so most logins
 * get the token that was granted before.
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
 * The token response of a grant that a user approved in a browser. It has two fields more than a
 * response of the JWT bearer grant.
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
