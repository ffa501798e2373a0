'use strict';

// A JWT login meets every fault of the local org’s token endpoint. The call ends in time, with the
// right error. A token that is alive is still served. The next good answer is taken.

const { readFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { JWTConnectionManager } = require('../..');
const { startOrg } = require('../support/orgs');
const { BUDGET, outcomeOf } = require('../support/outcome');
const { timed } = require('../support/rejection');
const { GRANTED, TOKEN_FAULTS, named } = require('../support/token-faults');
const { startOrgBehind } = require('../support/token-host');

/** These strike the API, and are the matter of session.test.js. */
const OF_THE_API = ['session-rejected', 'rest-error'];

test('no fault that the local org knows is left out', () => {
  const types = readFileSync(require.resolve('../../testing/fault.d.ts'), 'utf8');
  const known = [...types.matchAll(/\bkind: '([^']+)'/g)].map((match) => match[1]);
  const told = [...TOKEN_FAULTS.map(({ fault }) => fault.kind), ...OF_THE_API];
  expect(new Set(told)).toEqual(new Set(known));
  expect(known.length).toBeGreaterThan(15);
});

// Loading it is not a matter of the fault.
beforeAll(() => void require('jsforce'));

describe('fault 8: a fault of the token endpoint', () => {
  test.each(named(TOKEN_FAULTS))('%s', async (_, { fault, ends, sent, tells = {} }) => {
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
      const before = org.stats().tokenRequests;
      const ask = (options) => manager[method]({ ...org.config, tokenTtl }, options);
      const outcome = await outcomeOf(ask);
      expect(outcome).toMatchObject({ ...tells, code: ends });
      if (sent === undefined) continue;
      expect(outcome.message).toMatch(new RegExp(`^\\[${ends}\\] .*\\.$`));
      expect(outcome.attempts).toBe(sent);
      expect(org.stats().tokenRequests - before).toBe(sent);
    }

    // A good token is not lost, and costs nothing.
    const before = org.stats().tokenRequests;
    expect(await manager.getAccessToken(org.config)).toBe(good);
    expect(await manager.getConnection(org.config)).toBe(connection);
    expect(org.stats().tokenRequests).toBe(before);
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
  test('fault 21: is told as that once the token’s life is over, in time, and the next call may try', async () => {
    const { org, config } = await startOrgBehind({ expires_in: 0.5 });
    const manager = new JWTConnectionManager();
    const { expiresAt } = await manager.getAccessToken(config);
    const mend = org.inject({ kind: 'unavailable' });
    await sleep(expiresAt - Date.now() + 20);
    const outcome = await outcomeOf((options) => manager.getAccessToken(config, options));
    expect(outcome).toMatchObject({ code: 'SERVER_UNAVAILABLE', status: 503, retryable: true });
    mend();
    expect(await manager.getAccessToken(config)).toHaveProperty('accessToken');
  });
});
