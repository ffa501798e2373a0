'use strict';

/**
 * The OAuth errors that Salesforce is known to answer, in its own words, with the code of each.
 *
 * @type {[error: string, description: string | undefined, code: import('../..').AuthErrorCode][]}
 */
const TOKEN_ERRORS = [
  ['invalid_grant', "user hasn't approved this consumer", 'USER_NOT_APPROVED'],
  ['invalid_grant', "User hasn't approved the connected app", 'USER_NOT_APPROVED'],
  [
    'invalid_app_access',
    'user is not admin approved to access this app',
    'USER_NOT_ADMIN_APPROVED',
  ],
  [
    'invalid_grant',
    "User isn't approved by an admin to access this app",
    'USER_NOT_ADMIN_APPROVED',
  ],
  ['invalid_grant', 'invalid assertion', 'ASSERTION_INVALID'],
  ['invalid_grant', 'audience is invalid', 'AUDIENCE_INVALID'],
  ['invalid_grant', 'Audience validation failed', 'AUDIENCE_INVALID'],
  ['invalid_grant', 'expired authorization code', 'ASSERTION_EXPIRED'],
  ['app_not_found', 'External client app is not installed in this org', 'APP_NOT_FOUND'],
  ['invalid_client_id', 'client identifier invalid', 'CLIENT_ID_INVALID'],
  ['invalid_client', 'invalid client credentials', 'CLIENT_CREDENTIALS_INVALID'],
  [
    'invalid_request',
    'JWT flows require a refresh_token scope. Install and preauthorize the app.',
    'SCOPE_MISSING',
  ],
  ['unsupported_grant_type', 'grant type not supported', 'GRANT_UNSUPPORTED'],
  ['oauth_flow_disabled', undefined, 'APP_BLOCKED'],
  ['app_blocked', undefined, 'APP_BLOCKED'],
  ['fail_close_app_blocked', undefined, 'APP_BLOCKED'],
  ['ecapp_policy_not_found', undefined, 'APP_BLOCKED'],
  ['oauth_policy_not_found', undefined, 'APP_BLOCKED'],
  ['invalid_grant', 'login rate exceeded', 'LOGIN_RATE_EXCEEDED'],
  ['rate_limit_exceeded', undefined, 'RATE_LIMITED'],
  ['slow_down', undefined, 'RATE_LIMITED'],
  ['invalid_grant', 'expired access/refresh token', 'REFRESH_TOKEN_INVALID'],
  ['invalid_grant', 'token validity expired', 'REFRESH_TOKEN_INVALID'],
  ['invalid_grant', 'inactive user', 'USER_INACTIVE'],
  ['inactive_user', 'User is inactive', 'USER_INACTIVE'],
  ['invalid_grant', 'ip restricted', 'IP_RESTRICTED'],
  ['invalid_grant', 'IP restricted or invalid login hours', 'IP_RESTRICTED'],
  ['inactive_org', 'Org is locked, closed, or suspended', 'ORG_INACTIVE'],
  ['invalid_grant', 'Data Not Available', 'ORG_INACTIVE'],
  ['invalid_grant', 'activation secret invalid', 'REFUSED'],
  ['invalid_grant', 'authentication failure', 'REFUSED'],
  ['bad_jti_claim', 'jti was used before', 'ASSERTION_REPLAYED'],
  ['invalid_dpop_proof', undefined, 'DPOP_REQUIRED'],
  ['use_dpop_nonce', undefined, 'DPOP_REQUIRED'],
  ['unknown_error', 'retry your request', 'SERVER_UNAVAILABLE'],
  ['server_error', undefined, 'SERVER_UNAVAILABLE'],
  ['service_unavailable', undefined, 'SERVER_UNAVAILABLE'],
  ['system_down', undefined, 'SERVER_UNAVAILABLE'],
];

/** Attempts by code; every other code ends a call after the first. */
const ATTEMPTS = { RATE_LIMITED: 3, ASSERTION_REPLAYED: 3, SERVER_UNAVAILABLE: 3 };

/** The codes above of what passes by itself. */
const PASSING = ['LOGIN_RATE_EXCEEDED', ...Object.keys(ATTEMPTS)];

module.exports = { ATTEMPTS, PASSING, TOKEN_ERRORS };
