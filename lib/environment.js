'use strict';

// Configurations out of environment variables.

const { invalid } = require('./checks.js');

/** @typedef {import('..').JWTConfig} JWTConfig */

const REQUIRED = ['SF_CLIENT_ID', 'SF_PRIVATE_KEY', 'SF_USERNAME', 'SF_INSTANCE_URL'];

/**
 * The configuration of a JWT login. An empty variable counts as absent.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @returns {JWTConfig}
 */
function readJwtEnvironment(environment) {
  checkSet(environment, REQUIRED);
  return {
    clientId: String(environment.SF_CLIENT_ID),
    privateKey: String(environment.SF_PRIVATE_KEY),
    username: String(environment.SF_USERNAME),
    instanceUrl: String(environment.SF_INSTANCE_URL),
    loginUrl: environment.SF_LOGIN_URL || undefined,
    audience: environment.SF_AUDIENCE || undefined,
    tokenTtl: readTtl(environment.SF_TOKEN_TTL),
  };
}

/**
 * The configuration of a login by a refresh token. An empty variable counts as absent.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @param {boolean} needsToken whether the refresh token must come from the environment
 * @returns {import('..').OAuth2Config}
 */
function readOAuth2Environment(environment, needsToken) {
  checkSet(environment, needsToken ? ['SF_CLIENT_ID', 'SF_REFRESH_TOKEN'] : ['SF_CLIENT_ID']);
  return {
    clientId: String(environment.SF_CLIENT_ID),
    clientSecret: environment.SF_CLIENT_SECRET || undefined,
    redirectUri: environment.SF_REDIRECT_URI || undefined,
    refreshToken: environment.SF_REFRESH_TOKEN || undefined,
    loginUrl: environment.SF_LOGIN_URL || undefined,
  };
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string[]} required
 */
function checkSet(environment, required) {
  const missing = required.filter((name) => !environment[name]);
  if (missing.length === 0) return;
  const names = missing.join(', ');
  throw invalid(names, `Set ${names} in the environment, or pass a config.`);
}

/** @param {string | undefined} text */
function readTtl(text) {
  if (!text) return undefined;
  if (text === 'session') return text;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds;
  throw invalid('SF_TOKEN_TTL', "SF_TOKEN_TTL must be a number of seconds or 'session'.");
}

module.exports = { readJwtEnvironment, readOAuth2Environment };
