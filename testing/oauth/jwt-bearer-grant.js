'use strict';

// The JWT bearer grant: an assertion for an access token.

const { GRACE, checkJti, decodeAssertion, isSignedBy, textOf } = require('./assertion');
const { JWT_BEARER } = require('../clients');
const { logIn } = require('./login');
const { Refusal } = require('./refusal');
const { grantSession, tokenResponse } = require('./token-response');

/** Seconds that `exp` may be ahead if `strictExp` is set. */
const LONGEST_LIFE = 300;

/**
 * Checks an assertion in Salesforce’s order.
 *
 * @type {import('./token-endpoint').Grant}
 */
function jwtBearerGrant({ form }, org, now) {
  const assertion = decodeAssertion(form.get('assertion'));
  if (!assertion) throw new Refusal('invalid_grant', 'invalid assertion');
  const { header, claims } = assertion;
  org.lastAssertion = { header, claims };

  const client = org.clients.get(textOf(claims.iss));
  if (!client) throw new Refusal('invalid_client_id', 'client identifier invalid');
  if (!client.grants.includes(JWT_BEARER)) {
    throw new Refusal('unsupported_grant_type', 'grant type not supported');
  }
  if (!isSignedBy(assertion, client.key)) throw new Refusal('invalid_grant', 'invalid assertion');
  checkAudience(claims.aud, client, org);
  checkExpiry(claims.exp, org, now / 1000);
  checkJti(claims.jti, client, org);

  const username = textOf(claims.prn ?? claims.sub);
  logIn(client, username, org);
  return tokenResponse(grantSession(client, username, org), 'api', org);
}

/**
 * @param {unknown} aud
 * @param {import('../clients').Client} client
 * @param {import('../org').Org} org
 */
function checkAudience(aud, client, org) {
  if (typeof aud === 'string' && org.audiences(client).includes(aud)) return;
  if (client.app === 'connected-app') throw new Refusal('invalid_grant', 'audience is invalid');
  throw new Refusal('app_not_found', 'External client app is not installed in this org');
}

/**
 * @param {unknown} exp
 * @param {import('../org').Org} org
 * @param {number} now seconds since the epoch
 */
function checkExpiry(exp, org, now) {
  if (typeof exp !== 'number') throw new Refusal('invalid_grant', 'invalid assertion');
  if (exp + GRACE < now) throw new Refusal('invalid_grant', 'expired authorization code');
  if (org.options.strictExp && exp > now + LONGEST_LIFE) {
    throw new Refusal('invalid_grant', 'invalid assertion');
  }
}

module.exports = { jwtBearerGrant };
