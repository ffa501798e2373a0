'use strict';

// Makes Connections. No other file loads jsforce.

const { DEFAULT_API_VERSION } = require('../checks.js');
const { SalesforceAuthError, authError, causedBy } = require('../errors.js');
const { hideSecrets, summarize } = require('../printed.js');
const { limitRequests } = require('./api-requests.js');
const { rememberError } = require('./hidden-errors.js');
const { SessionRefresh } = require('./session-refresh.js');

/** @typedef {import('./entry').ConnectionEntry} ConnectionEntry */
/** @typedef {import('../..').AccessToken} AccessToken */

/**
 * Loads jsforce, at the first Connection, because loading takes long. It loads all of jsforce, so
 * that bulk, metadata, tooling and streaming are there. Bundlers find the literal `require`.
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
 * A new Connection with the entry's options and the token.
 *
 * @param {new (config: any) => any} Connection
 * @param {ConnectionEntry} entry
 * @param {AccessToken} token
 * @param {object} [connectionOptions] of the manager; the entry's own win over them
 */
function openConnection(Connection, entry, token, connectionOptions) {
  const refresh = new SessionRefresh(entry, token.accessToken);
  const connection = new Connection({
    // Else what somebody has put on Object.prototype would be options of jsforce.
    __proto__: null,
    ...connectionOptions,
    ...entry.connectionOptions,
    loginUrl: entry.loginUrl ?? entry.instanceUrl,
    instanceUrl: token.instanceUrl,
    accessToken: token.accessToken,
    version: entry.version ?? DEFAULT_API_VERSION,
    refreshFn,
  });
  connection.userInfo = userInfoOf(token);
  // A user's class may hide its token. Renewed tokens are set on `accessToken`.
  connection.accessToken ??= token.accessToken;
  limitRequests(connection);
  entry.prepare(connection);
  return summarize(connection);

  /**
   * jsforce calls this after a 401.
   *
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
        // A listener of the event `refresh` may throw null, which jsforce would take for success.
        if (error instanceof SalesforceAuthError) rememberError(connection, error);
        callback(error ?? new Error('A listener of the event refresh failed.'));
      });
  }
}

/**
 * The token response that listeners of jsforce's event `refresh` get beside the token.
 *
 * @param {AccessToken} token
 * @param {string} [refreshToken] the successor that came with the token
 */
function tokenResponse({ accessToken, instanceUrl, identityUrl, scope }, refreshToken) {
  const rotated = refreshToken === undefined ? {} : { refresh_token: refreshToken };
  return hideSecrets({
    ...rotated,
    access_token: accessToken,
    instance_url: instanceUrl,
    id: identityUrl,
    scope,
    token_type: 'Bearer',
  });
}

/** @param {AccessToken} token */
function userInfoOf({ identityUrl }) {
  const [, organizationId, id] = /\/id\/(\w+)\/(\w+)$/.exec(identityUrl ?? '') ?? [];
  return id === undefined ? undefined : { id, organizationId, url: identityUrl };
}

module.exports = { loadConnectionClass, openConnection };
