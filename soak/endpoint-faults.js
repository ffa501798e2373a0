'use strict';

// Faults of a token endpoint: every fault that may take time, and one of each other kind.

/** @type {import('../testing').Fault[]} */
const FAULTS = [
  { kind: 'hang' },
  { kind: 'slow-body', bytesPerSecond: 1 },
  { kind: 'huge-body' },
  { kind: 'reset' },
  { kind: 'close' },
  { kind: 'html', status: 200 },
  { kind: 'html', status: 502 },
  { kind: 'echo-request' },
  { kind: 'truncated-json' },
  { kind: 'missing-access-token' },
  { kind: 'access-token', value: 'a\r\nb' },
  { kind: 'instance-url', value: 'https://evil.example' },
  { kind: 'redirect', status: 307, location: 'http://127.0.0.1:9/' },
  { kind: 'unavailable' },
  { kind: 'unavailable', retryAfter: 1 },
  { kind: 'rate-limited' },
  { kind: 'rate-limited', retryAfter: 2 },
  { kind: 'rate-limited', retryAfter: 3_600 },
  { kind: 'unavailable', retryAfter: 'Fri, 01 Jan 2100 00:00:00 GMT' },
  { kind: 'delay', ms: 500 },
  { kind: 'delay', ms: 3_900 },
  { kind: 'delay', ms: 10_000 },
  { kind: 'oauth-error', error: 'invalid_grant', errorDescription: 'invalid assertion' },
  { kind: 'error-in-200', error: 'unknown_error', errorDescription: 'retry your request' },
  { kind: 'date-skew', seconds: 3_600 },
  { kind: 'inactive-org' },
];

module.exports = { FAULTS };
