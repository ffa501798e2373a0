'use strict';

// The paths of the two hosts, and which function answers each.

const { oauthError, text } = require('./answer');
const { authorize } = require('./oauth/authorize');
const { bulk, soap } = require('./api/bulk-and-soap');
const rest = require('./api/rest-api');
const { introspect, revoke, userinfo } = require('./oauth/token-inspection');
const { token } = require('./oauth/token-endpoint');

/** @type {import('./host').Endpoint[]} */
const onBothHosts = [
  { path: /^\/services\/oauth2\/revoke$/, name: 'revoke', respond: revoke },
  { path: /^\/services\/oauth2\/introspect$/, name: 'introspect', respond: introspect },
  { path: /^\/(services\/oauth2\/userinfo$|id\/)/, name: 'userinfo', respond: userinfo },
];

/** @type {import('./host').Endpoint[]} */
const authorizationEndpoints = [
  { path: /^\/services\/oauth2\/authorize$/, name: 'authorize', respond: authorize },
  { path: /^\/services\/oauth2\/token$/, name: 'token', respond: token },
  ...onBothHosts,
  { path: /^/, name: 'other', respond: () => text('Not Found', 'text/html', 404) },
];

/** Salesforce’s answer to a token request at the API host. */
const wrongHost = () => oauthError('unsupported_grant_type', 'grant type not supported');

/** @type {import('./host').Endpoint[]} */
const apiEndpoints = [
  ...onBothHosts,
  { path: /^\/services\/oauth2\/token$/, name: 'other', respond: wrongHost },
  { path: /^\/services\/async\//, name: 'bulk', respond: bulk },
  { path: /^\/services\/Soap\//, name: 'soap', respond: soap },
  { path: /^\/services\/data\/?$/, name: 'versions', respond: rest.versions },
  { path: /^\/services\/data\/v[\d.]+\/query(All)?\/?$/, name: 'query', respond: rest.query },
  { path: /^\/services\/data\/v[\d.]+\/limits\/?$/, name: 'limits', respond: rest.limits },
  { path: /^\/services\/data\/v[\d.]+\/sobjects\//, name: 'sobject', respond: rest.sobject },
  { path: /^\/services\/data\/v[\d.]+\/?$/, name: 'versions', respond: rest.resources },
  { path: /^/, name: 'other', respond: rest.unknown },
];

module.exports = { apiEndpoints, authorizationEndpoints };
