'use strict';

// The configuration of a login by refresh token: its fields, their checks and how to compare them.

const {
  checkConnectionOptions,
  checkKey,
  checkLife,
  checkPresent,
  checkSeconds,
  checkString,
  checkVersion,
  invalid,
  kindOf,
  own,
} = require('../checks.js');
const { checkNames } = require('../option-names.js');

/** @typedef {import('../..').OAuth2Config} OAuth2Config */
/** @typedef {import('../..').RefreshTokenSource} RefreshTokenSource */
/** @typedef {OAuth2Config & { cacheKey?: string }} Wanted what a call asks for, unchecked */
/**
 * @typedef {Wanted & { loginUrl: string, refreshToken: RefreshTokenSource, keepTimeout: number }} Checked
 */

const LOGIN_URL = 'https://login.salesforce.com';
/** Seconds. */
const KEEP_TIMEOUT = 5;
/** Seconds. Longer than any call, and short enough for a timer. */
const LONGEST_KEEP_TIMEOUT = 1_000;
const STRINGS = ['clientId', 'clientSecret', 'redirectUri', 'loginUrl', 'instanceUrl', 'cacheKey'];

/** Every field. */
const FIELDS = [
  ...['clientId', 'clientSecret', 'privateKey', 'clientAuthentication', 'loginUrl', 'redirectUri'],
  ...['refreshToken', 'instanceUrl', 'rotation', 'tokenTtl', 'tokenBuffer', 'version'],
  ...['onRefreshToken', 'keepTimeout', 'connectionOptions'],
];

/**
 * Checks the names of the fields of the user's config, which a copy no longer has.
 *
 * @param {any} given as it was for `pick`, or undefined for the environment
 */
function checkFields(given) {
  if (given !== undefined) checkNames(given, 'config', FIELDS);
}

/**
 * Copies a config together with the arguments of the call. The list below names every field.
 * Each field is read once, because a getter may answer differently the second time.
 *
 * @param {any} given
 * @param {any} [refreshToken] wins over the config's
 * @param {any} [cacheKey]
 * @returns {Wanted}
 */
function pick(given, refreshToken, cacheKey) {
  if (typeof given !== 'object' || given === null) {
    throw invalid('config', 'config must be an object; leave it out to read the environment.');
  }
  return {
    clientId: own(given, 'clientId'),
    clientSecret: own(given, 'clientSecret'),
    privateKey: own(given, 'privateKey'),
    clientAuthentication: own(given, 'clientAuthentication'),
    loginUrl: own(given, 'loginUrl', LOGIN_URL),
    redirectUri: own(given, 'redirectUri'),
    refreshToken: refreshToken === undefined ? own(given, 'refreshToken') : refreshToken,
    cacheKey,
    instanceUrl: own(given, 'instanceUrl'),
    rotation: own(given, 'rotation'),
    tokenTtl: own(given, 'tokenTtl'),
    tokenBuffer: own(given, 'tokenBuffer'),
    version: own(given, 'version'),
    connectionOptions: own(given, 'connectionOptions'),
    onRefreshToken: own(given, 'onRefreshToken'),
    keepTimeout: own(given, 'keepTimeout', KEEP_TIMEOUT),
  };
}

/**
 * Checks every field of a copied config.
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
  checkConnectionOptions(config);
  return config;
}

/**
 * Checks the fields that identify and authenticate the app.
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
 * Whether both configs name the same app at the same host. A call may pass values of any type.
 *
 * @param {any} one
 * @param {any} other
 */
function sameApp(one, other) {
  return (
    same(one.clientId, other.clientId, trimmed) &&
    same(one.clientSecret, other.clientSecret, trimmed) &&
    same(one.privateKey, other.privateKey, trimmed) &&
    same(one.loginUrl, other.loginUrl, normalUrl)
  );
}

/**
 * Whether two values are equal, or two texts after `normal`, as the native side reads them.
 *
 * @param {unknown} one
 * @param {unknown} other
 * @param {(text: string) => string} normal
 */
function same(one, other, normal) {
  if (one === other) return true;
  if (typeof one !== 'string' || typeof other !== 'string') return false;
  return normal(one) === normal(other);
}

/** @param {string} text */
function trimmed(text) {
  return text.trim();
}

/** @param {string} text */
function normalUrl(text) {
  const url = text.trim();
  return (URL.canParse(url) ? new URL(url).href : url).replace(/\/+$/, '');
}

/**
 * Whether a Connection made for one config also suits the other, given the same app and the same
 * refresh token.
 *
 * @param {Wanted} one
 * @param {Wanted} other
 */
function sameOptions(one, other) {
  return (
    one.clientAuthentication === other.clientAuthentication &&
    one.instanceUrl === other.instanceUrl &&
    one.rotation === other.rotation &&
    one.tokenTtl === other.tokenTtl &&
    one.tokenBuffer === other.tokenBuffer &&
    one.version === other.version &&
    one.connectionOptions === other.connectionOptions
  );
}

/**
 * The config in the form that the native side reads. The native side ignores unknown fields. The
 * callback is left out, because the copy may outlive the newest callback.
 *
 * @param {Wanted & { loginUrl: string }} config
 * @returns {import('../../native').RefreshTokenConfig}
 */
function nativeConfig({ onRefreshToken: _, ...config }) {
  return { ...config, basic: config.clientAuthentication === 'basic' };
}

module.exports = { checkApp, checkFields, checkLogin, nativeConfig, pick, sameApp, sameOptions };
