'use strict';

// The scopes that an app may ask for.

const KNOWN = ['api', 'web', 'full', 'id', 'openid', 'profile', 'email', 'address', 'phone'];
const LASTING = ['refresh_token', 'offline_access'];

/** The scope of an app, for requests that name none. */
const APP_SCOPE = 'api refresh_token';

/** @param {string} scope */
const isKnown = (scope) => scope.split(' ').every((each) => [...KNOWN, ...LASTING].includes(each));

/**
 * Whether a refresh token comes with this scope.
 *
 * @param {string} scope
 */
const isLasting = (scope) => scope.split(' ').some((each) => LASTING.includes(each));

module.exports = { APP_SCOPE, isKnown, isLasting };
