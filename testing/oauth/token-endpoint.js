'use strict';

// The oauth room: the authorization server of a local org, with its grants and its tokens.
//
// This file: the token endpoint, which finds the grant of a request and answers it.

const { oauth, oauthError } = require('../answer');
const { authorizationCodeGrant } = require('./authorization-code-grant');
const { AUTHORIZATION_CODE, JWT_BEARER, REFRESH_TOKEN } = require('../clients');
const { jwtBearerGrant } = require('./jwt-bearer-grant');
const { refreshTokenGrant } = require('./refresh-token-grant');
const { Refusal } = require('./refusal');
const { struckByFaults } = require('./token-faults');

/**
 * @typedef {Pick<import('../host').Request, 'headers' | 'whenOver'> & { form: URLSearchParams }} TokenRequest
 *
 * @typedef {(request: TokenRequest, org: import('../org').Org, now: number) => object} Grant
 * Returns a token response or throws a {@link Refusal}. `now` is epoch ms by the org’s clock.
 */

/** @type {Map<string | null, Grant>} */
const GRANTS = new Map([
  [JWT_BEARER, jwtBearerGrant],
  [AUTHORIZATION_CODE, authorizationCodeGrant],
  [REFRESH_TOKEN, refreshTokenGrant],
]);

/** @type {import('../host').Respond} */
function token(request, org) {
  return struckByFaults(request, org, (now) => answerTo(request, org, now));
}

/**
 * @param {import('../host').Request} request
 * @param {import('../org').Org} org
 * @param {number} now epoch ms, by the org's clock
 */
function answerTo({ method, headers, body, whenOver }, org, now) {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '');
  const form = new URLSearchParams(method === 'POST' && isForm ? body : '');
  try {
    const grant = GRANTS.get(form.get('grant_type'));
    if (!grant) throw new Refusal('unsupported_grant_type', 'grant type not supported');
    return oauth(grant({ form, headers, whenOver }, org, now));
  } catch (refusal) {
    if (refusal instanceof Refusal) return oauthError(refusal.error, refusal.message);
    throw refusal;
  }
}

module.exports = { token };
