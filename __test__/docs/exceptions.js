'use strict';

// Snippets that differ from the others. The others run in a process of their own, against an app
// that does not rotate refresh tokens, and send one request to the token endpoint.

const OWN_ORG = { requests: 0, because: 'it starts an org itself' };
const IMPORTED = { requests: 0, because: 'another snippet imports it' };
const ROTATION = { rotation: true, because: 'it is about rotation' };

/**
 * @typedef {object} Exception
 * @property {string} because
 * @property {boolean} [isRun] `false`: it is only compiled
 * @property {number} [requests] to the token endpoint
 * @property {boolean} [rotation] its app rotates refresh tokens
 */

/** @type {Record<string, Exception>} */
const EXCEPTIONS = {
  'README/a-connection-in-a-lambda/prewarm.ts': IMPORTED,
  'README/a-users-refresh-token/snippet.ts': ROTATION,
  'jwt/several-orgs/snippet.ts': { requests: 2, because: 'it logs in to two orgs' },
  'lambda/a-handler/prewarm.ts': IMPORTED,
  'lambda/start-faster/config.mjs': IMPORTED,
  'lambda/start-faster/prewarm.mjs': IMPORTED,
  'migrating/a-manager-of-jwt-logins/jwt-connection-manager.ts': IMPORTED,
  'migrating/a-manager-of-refresh-tokens/salesforce-connection-manager.ts': IMPORTED,
  'refresh-tokens/rotation/snippet.ts': ROTATION,
  'refresh-tokens/the-event/snippet.ts': ROTATION,
  'refresh-tokens/the-first-refresh-token/log-in.mjs': {
    isRun: false,
    because: 'it waits for a browser, which it has in first-refresh-token.test.js',
  },
  'refresh-tokens/the-function-that-stores/snippet.ts': ROTATION,
  'testing/refresh-tokens/snippet.ts': OWN_ORG,
  'testing/state-between-tests/snippet.ts': OWN_ORG,
  'testing/testing/accounts.test.ts': OWN_ORG,
  'testing/things-that-go-wrong/snippet.ts': OWN_ORG,
};

module.exports = { EXCEPTIONS };
