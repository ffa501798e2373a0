'use strict';

// Configurations out of environment variables.

const { invalid } = require('./checks.js');

/** @typedef {import('..').JWTConfig} JWTConfig */

/** What a shell, an env file or an editor adds around a value. */
const ADDED = /^[\s\uFEFF"'`]+|[\s\uFEFF"'`]+$/g;
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
    loginUrl: optional(environment.SF_LOGIN_URL),
    audience: optional(environment.SF_AUDIENCE),
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
    clientSecret: optional(environment.SF_CLIENT_SECRET),
    redirectUri: optional(environment.SF_REDIRECT_URI),
    refreshToken: optional(environment.SF_REFRESH_TOKEN),
    loginUrl: optional(environment.SF_LOGIN_URL),
  };
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string[]} required
 */
function checkSet(environment, required) {
  const missing = required.filter((name) => optional(environment[name]) === undefined);
  if (missing.length === 0) return;
  const names = missing.join(', ');
  throw invalid(names, `Set ${names} in the environment, or pass a config.`);
}

/**
 * A variable, unless it is empty or holds quotes with nothing between them.
 *
 * @param {string | undefined} text
 */
function optional(text) {
  return text === undefined || bare(text) === '' ? undefined : text;
}

/** @param {string} text */
function bare(text) {
  return text.replace(ADDED, '');
}

/** @param {string | undefined} variable */
function readTtl(variable) {
  const text = bare(variable ?? '');
  if (text === '') return undefined;
  if (text === 'session') return text;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds;
  throw invalid('SF_TOKEN_TTL', "SF_TOKEN_TTL must be a number of seconds or 'session'.");
}

module.exports = { readJwtEnvironment, readOAuth2Environment };
