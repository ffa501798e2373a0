'use strict';

const { oauth, oauthError } = require('./answer');
const { decodeAssertion, isSignedBy } = require('./assertion');
const { JWT_BEARER } = require('./clients');
const { struckByFaults } = require('./token-faults');

/** Seconds that an assertion is accepted past its `exp`. */
const GRACE = 180;
/** Seconds that `exp` may lie ahead, under `strictExp`. */
const LONGEST_LIFE = 300;

/** A login that is refused, in Salesforce's words. */
class Refusal extends Error {
  /**
   * @param {string} error
   * @param {string} description
   */
  constructor(error, description) {
    super(description);
    this.error = error;
  }
}

/** @type {import('./host').Respond} */
function token(request, org) {
  return struckByFaults(request, org, (now) => exchange(request, org, now));
}

/**
 * @param {import('./host').Request} request
 * @param {import('./org').Org} org
 * @param {number} now epoch ms, by the org's clock
 */
function exchange({ method, headers, body }, org, now) {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '');
  const form = new URLSearchParams(method === 'POST' && isForm ? body : '');
  try {
    if (form.get('grant_type') !== JWT_BEARER) {
      throw new Refusal('unsupported_grant_type', 'grant type not supported');
    }
    const { client, username } = login(form, org, now);
    return oauth(tokenResponse(client.id, username, org));
  } catch (refusal) {
    if (refusal instanceof Refusal) return oauthError(refusal.error, refusal.message);
    throw refusal;
  }
}

/**
 * Salesforce's checks of an assertion, in Salesforce's order.
 *
 * @param {URLSearchParams} form
 * @param {import('./org').Org} org
 * @param {number} now
 */
function login(form, org, now) {
  const assertion = decodeAssertion(form.get('assertion'));
  if (!assertion) throw new Refusal('invalid_grant', 'invalid assertion');
  const { header, claims } = assertion;
  org.lastAssertion = { header, claims };

  const client = org.clients.get(String(claims.iss));
  if (!client) throw new Refusal('invalid_client_id', 'client identifier invalid');
  if (!client.grants.includes(JWT_BEARER)) {
    throw new Refusal('unsupported_grant_type', 'grant type not supported');
  }
  if (!isSignedBy(assertion, client.key)) throw new Refusal('invalid_grant', 'invalid assertion');
  checkAudience(claims.aud, client, org);
  checkExpiry(claims.exp, org, now / 1000);
  checkJti(claims.jti, client, org);

  const user = client.users.get(String(claims.prn ?? claims.sub));
  checkUser(user, client);
  if (!org.loginLimit.admits(user.username)) {
    throw new Refusal('invalid_grant', 'login rate exceeded');
  }
  if (org.faults.strike(['inactive-org'])) {
    throw new Refusal('inactive_org', 'Org is locked, closed, or suspended');
  }
  return { client, username: user.username };
}

/**
 * @param {unknown} aud
 * @param {import('./clients').Client} client
 * @param {import('./org').Org} org
 */
function checkAudience(aud, client, org) {
  if (typeof aud === 'string' && org.audiences(client).includes(aud)) return;
  if (client.app === 'connected-app') throw new Refusal('invalid_grant', 'audience is invalid');
  throw new Refusal('app_not_found', 'External client app is not installed in this org');
}

/**
 * @param {unknown} exp
 * @param {import('./org').Org} org
 * @param {number} now in seconds
 */
function checkExpiry(exp, org, now) {
  if (typeof exp !== 'number') throw new Refusal('invalid_grant', 'invalid assertion');
  if (exp + GRACE < now) throw new Refusal('invalid_grant', 'expired authorization code');
  if (org.options.strictExp && exp > now + LONGEST_LIFE) {
    throw new Refusal('invalid_grant', 'invalid assertion');
  }
}

/**
 * @param {unknown} jti
 * @param {import('./clients').Client} client
 * @param {import('./org').Org} org
 */
function checkJti(jti, client, org) {
  if (jti === undefined) return;
  const used = JSON.stringify([client.id, jti]);
  if (org.usedJtis.has(used)) throw new Refusal('bad_jti_claim', 'jti was used before');
  org.usedJtis.add(used);
}

/**
 * @param {Required<import('./index').UserRegistration> | undefined} user
 * @param {import('./clients').Client} client
 * @returns {asserts user}
 */
function checkUser(user, client) {
  if (!user) throw new Refusal('invalid_grant', "user hasn't approved this consumer");
  if (!user.active) throw new Refusal('invalid_grant', 'inactive user');
  if (!user.approved) {
    throw client.approval === 'admin-approved'
      ? new Refusal('invalid_app_access', 'user is not admin approved to access this app')
      : new Refusal('invalid_grant', "user hasn't approved this consumer");
  }
  if (!user.ipAllowed) throw new Refusal('invalid_grant', 'ip restricted');
}

/**
 * One app and user share one live token, so most logins bring the token that is already out.
 *
 * @param {string} clientId
 * @param {string} username
 * @param {import('./org').Org} org
 */
function tokenResponse(clientId, username, org) {
  const [rejection] = org.faults.pending(['session-rejected']);
  const live = rejection?.tokens === 'new' ? undefined : org.sessions.find(clientId, username);
  const session = live ?? org.sessions.begin(clientId, username);
  org.traffic.granted(username, !live);
  return {
    access_token: session.token,
    scope: 'api',
    instance_url: org.instanceUrl,
    id: org.identityUrl(username),
    token_type: 'Bearer',
  };
}

module.exports = { token };
