'use strict';

const { DEFAULT_API_VERSION } = require('./lib/connection/open.js');
const { ConfigurationError, SalesforceAuthError, getAuthError } = require('./lib/errors.js');
const { JWTConnectionManager } = require('./lib/jwt/manager.js');

const manager = JWTConnectionManager.getInstance;

// Node's ESM loader finds these names by reading `exports.x =`.
exports.JWTConnectionManager = JWTConnectionManager;
exports.SalesforceAuthError = SalesforceAuthError;
exports.ConfigurationError = ConfigurationError;
exports.DEFAULT_API_VERSION = DEFAULT_API_VERSION;
exports.getAuthError = getAuthError;

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

// Who logs in by JWT alone does not wait for the rest to be loaded.
const refreshTokens = {
  get manager() {
    return require('./lib/refresh-token/manager.js').SalesforceConnectionManager;
  },
};
Object.defineProperty(exports, 'SalesforceConnectionManager', {
  enumerable: true,
  // biome-ignore lint/complexity/useArrowFunction: Node's ESM loader knows this form only
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
