'use strict';

const { plant } = require('../../support/canaries');

/** What a call ends as that brings a token. */
const GRANTED = 'granted';
const CANARY = 'CanaryOfAnAccessToken7215037CanaryOfAnAccessToken';
plant('the token of a fault', CANARY);
/** As long as one of Salesforce's. */
const TOKEN = `00D000000000001!${CANARY}`;

/**
 * @typedef {object} TokenFault
 * @property {import('../../testing').Fault} fault
 * @property {string} ends the code of a login that meets it with 0.9 s to go, or `GRANTED`
 * @property {number} [sent] requests of that login, if that is known when it ends
 * @property {object} [tells] more about its error
 * @property {string} [endsOnce] the code of a refresh, where that differs because it is sent once
 * @property {boolean} [losesAnswer] whether a refresh token may have been spent for nothing
 */

/**
 * Every way in which the local org's token endpoint can fail.
 *
 * @type {TokenFault[]}
 */
const TOKEN_FAULTS = [
  {
    fault: { kind: 'oauth-error', error: 'invalid_grant', errorDescription: 'invalid assertion' },
    ends: 'ASSERTION_INVALID',
    sent: 1,
  },
  { fault: { kind: 'oauth-error', error: 'something_new' }, ends: 'REFUSED', sent: 1 },
  {
    fault: { kind: 'oauth-error', error: 'server_error', status: 500 },
    ends: 'SERVER_UNAVAILABLE',
    sent: 3,
    losesAnswer: true,
  },
  { fault: { kind: 'already-being-processed' }, ends: 'RATE_LIMITED', sent: 3 },
  { fault: { kind: 'lost-after-commit' }, ends: 'NETWORK_RESET', sent: 3, losesAnswer: true },
  {
    fault: { kind: 'error-in-200', error: 'invalid_client_id' },
    ends: 'CLIENT_ID_INVALID',
    sent: 1,
  },
  { fault: { kind: 'html', status: 200 }, ends: 'BAD_RESPONSE', sent: 2, losesAnswer: true },
  { fault: { kind: 'html', status: 404 }, ends: 'BAD_RESPONSE', sent: 1 },
  {
    fault: { kind: 'html', status: 503 },
    ends: 'SERVER_UNAVAILABLE',
    sent: 3,
    losesAnswer: true,
  },
  { fault: { kind: 'echo-request' }, ends: 'SERVER_UNAVAILABLE', sent: 3, losesAnswer: true },
  {
    fault: { kind: 'redirect', status: 307, location: 'http://127.0.0.1:9/' },
    ends: 'REDIRECT_REFUSED',
    sent: 1,
  },
  {
    fault: { kind: 'redirect', status: 302, location: 'https://evil.example/' },
    ends: 'REDIRECT_REFUSED',
    sent: 1,
  },
  { fault: { kind: 'unavailable' }, ends: 'SERVER_UNAVAILABLE', sent: 3, losesAnswer: true },
  {
    fault: { kind: 'unavailable', retryAfter: 2 },
    ends: 'DEADLINE',
    endsOnce: 'SERVER_UNAVAILABLE',
    losesAnswer: true,
  },
  { fault: { kind: 'rate-limited' }, ends: 'RATE_LIMITED', sent: 3 },
  {
    fault: { kind: 'rate-limited', retryAfter: 3_600 },
    ends: 'RATE_LIMITED',
    sent: 1,
    tells: { retryAfterMs: 3_600_000 },
  },
  { fault: { kind: 'huge-body' }, ends: 'RESPONSE_TOO_LARGE', sent: 1, losesAnswer: true },
  { fault: { kind: 'hang' }, ends: 'DEADLINE' },
  { fault: { kind: 'reset' }, ends: 'NETWORK_RESET', sent: 3, losesAnswer: true },
  { fault: { kind: 'close' }, ends: 'NETWORK_RESET', sent: 3, losesAnswer: true },
  { fault: { kind: 'delay', ms: 300 }, ends: GRANTED },
  { fault: { kind: 'delay', ms: 5_000 }, ends: 'DEADLINE' },
  { fault: { kind: 'slow-body', bytesPerSecond: 1 }, ends: 'DEADLINE' },
  { fault: { kind: 'truncated-json' }, ends: 'BAD_RESPONSE', sent: 2, losesAnswer: true },
  { fault: { kind: 'missing-access-token' }, ends: 'BAD_RESPONSE', sent: 1 },
  {
    fault: { kind: 'access-token', value: `${TOKEN}\r\nX-Injected: ${TOKEN}` },
    ends: 'BAD_RESPONSE',
    sent: 1,
  },
  {
    fault: { kind: 'instance-url', value: 'https://evil.example' },
    ends: 'INSTANCE_URL_REFUSED',
    sent: 1,
  },
  { fault: { kind: 'date-skew', seconds: 600 }, ends: GRANTED },
  { fault: { kind: 'date-skew', seconds: -600 }, ends: GRANTED },
  { fault: { kind: 'inactive-org' }, ends: 'ORG_INACTIVE', sent: 1 },
];

/** What a table of tests calls each, and each. */
const named = (faults) => faults.map((each) => [JSON.stringify(each.fault), each]);

/** Those that fail a call before its time is over. */
const PROMPT = TOKEN_FAULTS.filter(({ ends }) => ![GRANTED, 'DEADLINE'].includes(ends));

module.exports = { GRANTED, PROMPT, TOKEN_FAULTS, named };
