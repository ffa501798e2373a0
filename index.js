'use strict';

const { authorizationRequest, redeemAuthorizationCode } = require('./lib/authorization-code.js');
const { DEFAULT_API_VERSION } = require('./lib/connection.js');
const { ConfigurationError, SalesforceAuthError, getAuthError } = require('./lib/errors.js');
const { JWTConnectionManager } = require('./lib/jwt-connection-manager.js');
const { SalesforceConnectionManager } = require('./lib/salesforce-connection-manager.js');

const manager = JWTConnectionManager.getInstance;

// Node's ESM loader finds these names by reading `exports.x =`.
exports.JWTConnectionManager = JWTConnectionManager;
exports.SalesforceConnectionManager = SalesforceConnectionManager;
exports.authorizationRequest = authorizationRequest;
exports.redeemAuthorizationCode = redeemAuthorizationCode;
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
