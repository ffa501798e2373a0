'use strict';

// Every way in which the local org's token endpoint can fail: the call ends in time and as what it
// is, a good token that was there before is served, and the next good answer is taken.

const { readFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { JWTConnectionManager } = require('../..');
const { startOrg } = require('../support/orgs');
const { rejection, timed } = require('../support/rejection');
const { startOrgBehind } = require('../support/token-host');

/** Milliseconds from a call to the end of its budget, which is half a second before its deadline. */
const BUDGET = 900;
const MARGIN = 500;
const TOLERANCE = 300;

const GRANTED = 'granted';
/**
 * @type {[fault: import('../../testing').Fault, ends: string, sent: number | null][]} requests sent, if that
 * is known when the call ends
 */
const FAULTS = [
  [
    { kind: 'oauth-error', error: 'invalid_grant', errorDescription: 'invalid assertion' },
    'ASSERTION_INVALID',
    1,
  ],
  [{ kind: 'oauth-error', error: 'something_new' }, 'REFUSED', 1],
  [{ kind: 'oauth-error', error: 'server_error', status: 500 }, 'SERVER_UNAVAILABLE', 3],
  [{ kind: 'already-being-processed' }, 'RATE_LIMITED', 3],
  [{ kind: 'lost-after-commit' }, 'NETWORK_RESET', 3],
  [{ kind: 'error-in-200', error: 'invalid_client_id' }, 'CLIENT_ID_INVALID', 1],
  [{ kind: 'html', status: 200 }, 'BAD_RESPONSE', 2],
  [{ kind: 'html', status: 404 }, 'BAD_RESPONSE', 1],
  [{ kind: 'html', status: 503 }, 'SERVER_UNAVAILABLE', 3],
  [{ kind: 'echo-request' }, 'SERVER_UNAVAILABLE', 3],
  [{ kind: 'redirect', status: 307, location: 'http://127.0.0.1:9/' }, 'REDIRECT_REFUSED', 1],
  [{ kind: 'redirect', status: 302, location: 'https://evil.example/' }, 'REDIRECT_REFUSED', 1],
  [{ kind: 'unavailable' }, 'SERVER_UNAVAILABLE', 3],
  [{ kind: 'unavailable', retryAfter: 2 }, 'DEADLINE', null],
  [{ kind: 'rate-limited' }, 'RATE_LIMITED', 3],
  [{ kind: 'rate-limited', retryAfter: 3_600 }, 'RATE_LIMITED', 1],
  [{ kind: 'huge-body' }, 'RESPONSE_TOO_LARGE', 1],
  [{ kind: 'hang' }, 'DEADLINE', null],
  [{ kind: 'reset' }, 'NETWORK_RESET', 3],
  [{ kind: 'close' }, 'NETWORK_RESET', 3],
  [{ kind: 'delay', ms: 300 }, GRANTED, null],
  [{ kind: 'delay', ms: 5_000 }, 'DEADLINE', null],
  [{ kind: 'slow-body', bytesPerSecond: 1 }, 'DEADLINE', null],
  [{ kind: 'truncated-json' }, 'BAD_RESPONSE', 2],
  [{ kind: 'missing-access-token' }, 'BAD_RESPONSE', 1],
  [{ kind: 'access-token', value: 'a\r\nX-Injected: b' }, 'BAD_RESPONSE', 1],
  [{ kind: 'instance-url', value: 'https://evil.example' }, 'INSTANCE_URL_REFUSED', 1],
  [{ kind: 'date-skew', seconds: 600 }, GRANTED, null],
  [{ kind: 'date-skew', seconds: -600 }, GRANTED, null],
  [{ kind: 'inactive-org' }, 'ORG_INACTIVE', 1],
];
/** These strike the API, and are the matter of session.test.js. */
const OF_THE_API = ['session-rejected', 'rest-error'];

const named = FAULTS.map((row) => [JSON.stringify(row[0]), ...row]);

test('no fault that the local org knows is left out', () => {
  const types = readFileSync(require.resolve('../../testing/fault.d.ts'), 'utf8');
  const known = [...types.matchAll(/\bkind: '([^']+)'/g)].map((match) => match[1]);
  const told = [...FAULTS.map(([{ kind }]) => kind), ...OF_THE_API];
  expect(new Set(told)).toEqual(new Set(known));
  expect(known.length).toBeGreaterThan(15);
});

/** What a call with so little time ends as, in that time. */
async function outcomeOf(manager, config, method) {
  const deadline = Date.now() + BUDGET + MARGIN;
  const asked = () =>
    manager[method](config, { deadline }).then(
      () => ({ code: GRANTED }),
      (error) => rejection(Promise.reject(error)),
    );
  const { result, took } = await timed(asked);
  expect(took).toBeLessThan(BUDGET + TOLERANCE);
  return result;
}

// Loading it is not a matter of the fault.
beforeAll(() => void require('jsforce'));

describe('a fault of the token endpoint', () => {
  test.each(named)('%s', async (_, fault, ends, sent) => {
    const org = await startOrg();
    const manager = new JWTConnectionManager();
    const good = await manager.getAccessToken(org.config);
    const connection = await manager.getConnection(org.config);
    const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});

    const mend = org.inject(fault);
    for (const [tokenTtl, method] of [
      [300, 'getAccessToken'],
      [301, 'getConnection'],
    ]) {
      const before = org.stats().exchanges;
      const outcome = await outcomeOf(manager, { ...org.config, tokenTtl }, method);
      expect(outcome.code).toBe(ends);
      if (sent === null) continue;
      expect(outcome.message).toMatch(new RegExp(`^\\[${ends}\\] .*\\.$`));
      expect(outcome.attempts).toBe(sent);
      expect(org.stats().exchanges - before).toBe(sent);
    }

    // A good token is not lost, and costs nothing.
    const before = org.stats().exchanges;
    expect(await manager.getAccessToken(org.config)).toBe(good);
    expect(await manager.getConnection(org.config)).toBe(connection);
    expect(org.stats().exchanges).toBe(before);
    if (ends !== GRANTED) expect(manager.getCacheStats()).toMatchObject({ total: 1, valid: 1 });

    // Nothing is poisoned: another login works at once, and this one when it is cleared.
    mend();
    const { took } = await timed(() => manager.getAccessToken({ ...org.config, tokenTtl: 302 }));
    expect(took).toBeLessThan(BUDGET);
    manager.clearAllTokens();
    for (const tokenTtl of [300, 301]) {
      const token = await manager.getAccessToken({ ...org.config, tokenTtl });
      expect(token.accessToken).toMatch(/^00D/);
    }
    warnings.mockRestore();
  });
});

describe('a server that is down', () => {
  test('is told as that once the token’s life is over, in time, and the next call may try', async () => {
    const { org, config } = await startOrgBehind({ expires_in: 0.5 });
    const manager = new JWTConnectionManager();
    const { expiresAt } = await manager.getAccessToken(config);
    const mend = org.inject({ kind: 'unavailable' });
    await sleep(expiresAt - Date.now() + 20);
    const outcome = await outcomeOf(manager, config, 'getAccessToken');
    expect(outcome).toMatchObject({ code: 'SERVER_UNAVAILABLE', status: 503, retryable: true });
    mend();
    expect(await manager.getAccessToken(config)).toHaveProperty('accessToken');
  });
});
