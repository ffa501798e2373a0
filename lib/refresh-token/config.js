'use strict';

const {
  checkKey,
  checkLife,
  checkPresent,
  checkSeconds,
  checkString,
  checkVersion,
  invalid,
  kindOf,
} = require('../checks.js');

/** @typedef {import('../..').OAuth2Config} OAuth2Config */
/** @typedef {import('../..').RefreshTokenSource} RefreshTokenSource */
/** @typedef {OAuth2Config & { cacheKey?: string }} Wanted what a call asks for, not yet checked */
/**
 * @typedef {Wanted & { loginUrl: string, refreshToken: RefreshTokenSource, keepTimeout: number }} Checked
 */

const LOGIN_URL = 'https://login.salesforce.com';
/** Seconds. */
const KEEP_TIMEOUT = 5;
/** Seconds; far beyond any call, and what timers can count. */
const LONGEST_KEEP_TIMEOUT = 1_000;
const STRINGS = ['clientId', 'clientSecret', 'redirectUri', 'loginUrl', 'instanceUrl', 'cacheKey'];

/**
 * A copy of a config, each field of which is read once, with what the call says beside it.
 *
 * @param {any} given
 * @param {any} [refreshToken]
 * @param {any} [cacheKey]
 * @returns {Wanted}
 */
function pick(given, refreshToken, cacheKey) {
  if (typeof given !== 'object' || given === null) {
    throw invalid('config', 'config must be an object; leave it out to read the environment.');
  }
  const { clientId, clientSecret, redirectUri, privateKey, clientAuthentication } = given;
  const { loginUrl = LOGIN_URL, instanceUrl, rotation, tokenTtl, tokenBuffer, version } = given;
  const { onRefreshToken, keepTimeout = KEEP_TIMEOUT } = given;
  return {
    clientId,
    clientSecret,
    redirectUri,
    refreshToken: refreshToken === undefined ? given.refreshToken : refreshToken,
    loginUrl,
    instanceUrl,
    privateKey,
    clientAuthentication,
    rotation,
    tokenTtl,
    tokenBuffer,
    version,
    onRefreshToken,
    keepTimeout,
    cacheKey,
  };
}

/**
 * Checks what `pick` copied.
 *
 * @param {any} config
 * @returns {Checked}
 */
function checkLogin(config) {
  checkPresent(config, ['clientId', 'refreshToken']);
  checkApp(config);
  const { refreshToken, rotation, onRefreshToken, keepTimeout } = config;
  if (typeof refreshToken !== 'function') checkString(config, 'refreshToken');
  if (rotation !== undefined && typeof rotation !== 'boolean') {
    throw invalid('rotation', 'rotation must be true or false.');
  }
  if (onRefreshToken !== undefined && typeof onRefreshToken !== 'function') {
    throw invalid(
      'onRefreshToken',
      `onRefreshToken must be a function, not ${kindOf(onRefreshToken)}.`,
    );
  }
  checkSeconds({ keepTimeout }, 'keepTimeout', '');
  if (keepTimeout > LONGEST_KEEP_TIMEOUT) {
    throw invalid('keepTimeout', 'keepTimeout must be at most 1000 seconds.');
  }
  checkVersion(config);
  checkLife(config);
  return config;
}

/**
 * Checks what says which app it is and how it proves that.
 *
 * @param {any} config
 */
function checkApp(config) {
  checkPresent(config, ['clientId']);
  for (const name of STRINGS) checkString(config, name);
  const { clientSecret, privateKey, clientAuthentication } = config;
  if (privateKey !== undefined) {
    checkKey(privateKey);
    if (clientSecret !== undefined) {
      throw invalid(
        'clientSecret, privateKey',
        'Give clientSecret or privateKey, not both: the key signs in place of the secret.',
      );
    }
  }
  if (![undefined, 'form', 'basic'].includes(clientAuthentication)) {
    throw invalid('clientAuthentication', "clientAuthentication must be 'form' or 'basic'.");
  }
  if (clientAuthentication === 'basic' && clientSecret === undefined) {
    throw invalid('clientSecret', "clientAuthentication: 'basic' needs a clientSecret.");
  }
}

/**
 * Whether both are one app at one host that proves itself in one way, spelled alike.
 *
 * @param {Wanted} one
 * @param {Wanted} other
 */
function isSameApp(one, other) {
  return (
    one.clientId === other.clientId &&
    one.clientSecret === other.clientSecret &&
    one.privateKey === other.privateKey &&
    one.clientAuthentication === other.clientAuthentication &&
    one.loginUrl === other.loginUrl
  );
}

/**
 * An app as the native side is told of it.
 *
 * @param {Wanted & { loginUrl?: string }} config
 * @returns {import('../../native').RefreshTokenConfig}
 */
function nativeConfig(config) {
  const { clientId, clientSecret, privateKey, loginUrl = LOGIN_URL, instanceUrl } = config;
  const { tokenTtl, tokenBuffer, rotation } = config;
  const basic = config.clientAuthentication === 'basic';
  return {
    clientId,
    clientSecret,
    basic,
    privateKey,
    loginUrl,
    instanceUrl,
    tokenTtl,
    tokenBuffer,
    rotation,
  };
}

module.exports = { checkApp, checkLogin, isSameApp, nativeConfig, pick };
