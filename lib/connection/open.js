'use strict';

const { SalesforceAuthError, authError, causedBy, rememberError } = require('../errors.js');
const { SessionRefresh } = require('./session-refresh.js');

/** @typedef {import('../tokens/entry').Entry} Entry */
/** @typedef {import('../..').AccessToken} AccessToken */

/** Summer '25: every org has it. jsforce's own default is 50.0. */
const DEFAULT_API_VERSION = '64.0';

/**
 * jsforce is loaded at the first Connection, and whole, so that bulk, metadata, tooling and
 * streaming are there. The literal `require` lets bundlers see it.
 *
 * @returns {new (config: any) => any}
 */
function loadConnectionClass() {
  try {
    return require('jsforce').Connection;
  } catch (cause) {
    const missing = /** @type {any} */ (cause)?.code === 'MODULE_NOT_FOUND';
    const what = missing
      ? 'jsforce is not installed.'
      : `jsforce cannot be loaded by Node.js ${process.versions.node}.`;
    throw causedBy(cause, authError('JSFORCE_UNAVAILABLE', what));
  }
}

/**
 * @param {new (config: any) => any} Connection
 * @param {Entry} entry
 * @param {AccessToken} token
 */
function openConnection(Connection, entry, token) {
  const refresh = new SessionRefresh(entry, token.accessToken);
  const connection = new Connection({
    loginUrl: entry.loginUrl ?? entry.instanceUrl,
    instanceUrl: token.instanceUrl,
    accessToken: token.accessToken,
    version: entry.version ?? DEFAULT_API_VERSION,
    refreshFn,
  });
  connection.userInfo = userInfoOf(token);
  // A class of the user's that keeps its token to itself still needs the place where it is renewed.
  connection.accessToken ??= token.accessToken;
  entry.prepare(connection);
  return connection;

  /**
   * @param {any} connection
   * @param {(error: Error | null, accessToken?: string, response?: object) => void} callback
   */
  function refreshFn(connection, callback) {
    refresh
      .renew(connection)
      .then(({ token, refreshToken }) => {
        callback(null, token.accessToken, tokenResponse(token, refreshToken));
      })
      .catch((error) => {
        // A listener of the `refresh` event may throw anything, and jsforce takes null for success.
        if (error instanceof SalesforceAuthError) rememberError(connection, error);
        callback(error ?? new Error('A listener of the refresh event failed.'));
      });
  }
}

/**
 * What listeners of jsforce's `refresh` event get beside the token.
 *
 * @param {AccessToken} token
 * @param {string} [refreshToken] the new one, which came with it
 */
function tokenResponse({ accessToken, instanceUrl, identityUrl, scope }, refreshToken) {
  const rotated = refreshToken === undefined ? {} : { refresh_token: refreshToken };
  return {
    ...rotated,
    access_token: accessToken,
    instance_url: instanceUrl,
    id: identityUrl,
    scope,
    token_type: 'Bearer',
  };
}

/** @param {AccessToken} token */
function userInfoOf({ identityUrl }) {
  const [, organizationId, id] = /\/id\/(\w+)\/(\w+)$/.exec(identityUrl ?? '') ?? [];
  return id === undefined ? undefined : { id, organizationId, url: identityUrl };
}

module.exports = { DEFAULT_API_VERSION, loadConnectionClass, openConnection };
