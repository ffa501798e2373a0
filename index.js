'use strict';

// The public API; `index.d.ts` documents it.

const { DEFAULT_API_VERSION } = require('./lib/checks.js');
const { ConfigurationError, SalesforceAuthError } = require('./lib/errors.js');
const { JWTConnectionManager } = require('./lib/jwt/manager.js');

const manager = JWTConnectionManager.getInstance;

// Node's ESM loader reads the names of `exports.x =` from the text of this file.
exports.JWTConnectionManager = JWTConnectionManager;
exports.SalesforceAuthError = SalesforceAuthError;
exports.ConfigurationError = ConfigurationError;
exports.DEFAULT_API_VERSION = DEFAULT_API_VERSION;

/** @type {typeof import('.').getAuthError} */
exports.getAuthError = (error, connection) => {
  const hidden = /** @type {any} */ (require('./lib/connection/hidden-errors.js'));
  return hidden.getAuthError(error, connection);
};

/** @type {typeof import('.').getConnection} */
exports.getConnection = (config, options) => manager().getConnection(config, options);
/** @type {typeof import('.').getAccessToken} */
exports.getAccessToken = (config, options) => manager().getAccessToken(config, options);
/** @type {typeof import('.').prewarm} */
exports.prewarm = (config) => manager().prewarm(config);
/** @type {typeof import('.').getCacheStats} */
exports.getCacheStats = () => manager().getCacheStats();
/** @type {typeof import('.').clearExpiredTokens} */
exports.clearExpiredTokens = () => manager().clearExpiredTokens();
/** @type {typeof import('.').clearAllTokens} */
exports.clearAllTokens = () => manager().clearAllTokens();

// Loaded at its first use, so that a login by JWT does not wait for it.
const refreshTokens = {
  get manager() {
    return require('./lib/refresh-token/manager.js').SalesforceConnectionManager;
  },
};
Object.defineProperty(exports, 'SalesforceConnectionManager', {
  enumerable: true,
  // biome-ignore lint/complexity/useArrowFunction: Node's ESM loader reads this form only
  get: function () {
    return refreshTokens.manager;
  },
});

const authorizationCode = () => require('./lib/refresh-token/authorization-code.js');

/** @type {typeof import('.').authorizationRequest} */
exports.authorizationRequest = (config, options) =>
  authorizationCode().authorizationRequest(config, options);
/** @type {typeof import('.').redeemAuthorizationCode} */
exports.redeemAuthorizationCode = (config, code) =>
  authorizationCode().redeemAuthorizationCode(config, code);
