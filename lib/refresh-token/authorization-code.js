'use strict';

// The first refresh token: the URL of the login page, and the request that redeems its code.

const native = require('../../native.js');
const { checkPresent, checkString, invalid, own } = require('../checks.js');
const { authError, errorOf } = require('../errors.js');
const { checkNames } = require('../option-names.js');
const { hideSecrets } = require('../printed.js');
const { checkApp, checkFields, nativeConfig, pick } = require('./config.js');

/** @typedef {import('../..').OAuth2Config} OAuth2Config */

/** Bytes of a random `state` and of a code verifier (RFC 7636 §4.1). */
const RANDOM = 32;
const OPTIONS = ['scope', 'state', 'prompt', 'loginHint'];

/**
 * @param {OAuth2Config} config
 * @param {import('../..').AuthorizationOptions} [options]
 * @returns {import('../..').AuthorizationRequest}
 */
function authorizationRequest(config, options = {}) {
  const app = readApp(config);
  if (typeof options !== 'object' || options === null) {
    throw invalid('options', 'options must be an object.');
  }
  checkNames(options, 'options', OPTIONS);
  // Loaded here, because few processes ask for an authorization.
  const { createHash, randomBytes } = require('node:crypto');
  const [scope, prompt] = [own(options, 'scope'), own(options, 'prompt')];
  const loginHint = own(options, 'loginHint');
  const state = own(options, 'state', randomBytes(RANDOM).toString('base64url'));
  for (const name of OPTIONS) {
    checkString({ scope, state, prompt, loginHint }, name);
  }
  const { site, clientId, redirectUri, refusal } = native.loginPage(
    nativeConfig(app),
    app.redirectUri,
  );
  if (refusal) throw errorOf(refusal);
  const codeVerifier = randomBytes(RANDOM).toString('base64url');
  // The path of an Experience Cloud site is part of the URL.
  const url = new URL(`${site}/services/oauth2/authorize`);
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    state,
    prompt,
    login_hint: loginHint,
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return hideSecrets({ url: url.href, state, codeVerifier });
}

/**
 * @param {OAuth2Config} config
 * @param {import('../..').AuthorizationCode} given
 * @returns {Promise<import('../..').RedeemedCode>}
 */
async function redeemAuthorizationCode(config, given) {
  const app = readApp(config);
  if (typeof given !== 'object' || given === null) {
    throw invalid('code', 'Pass { code, codeVerifier }.');
  }
  checkNames(given, 'The code', ['code', 'codeVerifier']);
  const [code, codeVerifier] = [own(given, 'code'), own(given, 'codeVerifier')];
  checkPresent({ code, codeVerifier }, ['code', 'codeVerifier']);
  for (const name of ['code', 'codeVerifier']) checkString({ code, codeVerifier }, name);
  const source = native.TokenSource.sharedForRefreshTokens();
  const { redirectUri } = app;
  const answer = await native.redeem(source, nativeConfig(app), {
    code,
    codeVerifier,
    redirectUri,
  });
  const { refusal, refreshToken, accessToken, instanceUrl, identityUrl, scope } = answer;
  // The refresh token is valuable even if the access token beside it was refused.
  if (refreshToken !== undefined) {
    return hideSecrets({ refreshToken, accessToken, instanceUrl, identityUrl, scope });
  }
  if (refusal) throw errorOf(refusal);
  throw authError('SCOPE_MISSING', 'The answer holds no refresh token.');
}

/**
 * @param {OAuth2Config} given
 * @returns {OAuth2Config & { loginUrl: string, redirectUri: string }}
 */
function readApp(given) {
  const config = /** @type {any} */ (pick(given));
  checkPresent(config, ['clientId', 'redirectUri']);
  checkFields(given);
  checkApp(config);
  return config;
}

module.exports = { authorizationRequest, redeemAuthorizationCode };
