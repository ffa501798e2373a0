'use strict';

// A refresh meets every fault of the local org’s token endpoint. The call ends in time, with the
// right error. A token that is alive is still served. No refresh token is used twice.

const { setTimeout: sleep } = require('node:timers/promises');
const { SalesforceConnectionManager } = require('../..');
const { startOrg } = require('../support/orgs');
const { outcomeOf } = require('../support/outcome');
const { GRANTED, TOKEN_FAULTS, named } = require('../support/token-faults');
const { keeper } = require('../refresh-token/support');

const QUERY = 'SELECT Id FROM Account LIMIT 1';

/**
 * Two managers of one refresh token: the first has a Connection, the second has none. The first login
 * has shown whether the app rotates. Managers share that knowledge, but no access token.
 */
async function connected({ rotation }) {
  const org = await startOrg({ rotation });
  const config = { ...org.oauth, onRefreshToken: keeper().onRefreshToken };
  const [first, manager] = [new SalesforceConnectionManager(), new SalesforceConnectionManager()];
  const connection = await first.getConnection(config);
  const sentBy = async (action) => {
    const before = org.stats().tokenRequests;
    const result = await action();
    return { result, sent: org.stats().tokenRequests - before };
  };
  const call = () =>
    sentBy(() =>
      outcomeOf((options) => manager.getConnection(config, undefined, undefined, options)),
    );
  const expectKept = async () => {
    const { result, sent } = await sentBy(() => first.getConnection(config));
    expect(result).toBe(connection);
    expect(sent).toBe(0);
    expect((await connection.query(QUERY)).totalSize).toBe(1);
  };
  return { org, manager, call, expectKept };
}

// Loading it is not a matter of the fault.
beforeAll(() => void require('jsforce'));

describe('with rotation on, a fault of the token endpoint', () => {
  test.each(named(TOKEN_FAULTS))('%s', async (_, { fault, ends, endsOnce, losesAnswer }) => {
    const { org, manager, call, expectKept } = await connected({ rotation: true });
    const expected = losesAnswer ? 'REFRESH_UNCERTAIN' : (endsOnce ?? ends);
    const mend = org.inject(fault);
    const { result, sent } = await call();
    expect(result.code).toBe(expected);
    // A request that met another one has consumed nothing, and comes again.
    expect(sent).toBe(fault.kind === 'already-being-processed' ? 3 : 1);
    await expectKept();

    // While the token is in the air, or if its answer was lost, the token is not sent again: the
    // first manager's access token is alive, and a second use would revoke it.
    const isSettled = ![GRANTED, 'DEADLINE', 'REFRESH_UNCERTAIN'].includes(expected);
    if (!isSettled) {
      expect(await call()).toMatchObject({ result: { code: expected }, sent: 0 });
    }
    mend();
    manager.clearAllConnections(); // and what is remembered of a refusal
    const after = await call();
    const served = isSettled || expected === GRANTED;
    expect(after.result.code).toBe(served ? GRANTED : expected);
    expect(after.sent).toBe(served ? 1 : 0);
    expect(org.stats()).toMatchObject({ refreshTokenReuses: 0, familiesRevoked: 0 });
  });
});

describe('fault 43: with rotation off, a fault of the token endpoint', () => {
  test.each(named(TOKEN_FAULTS))('%s', async (_, { fault, ends, endsOnce }) => {
    const { org, manager, call, expectKept } = await connected({ rotation: false });
    const expected = endsOnce ?? ends;
    const mend = org.inject(fault);
    const { result, sent } = await call();
    expect(result.code).toBe(expected);
    // Who was sent away for another's refresh has not begun one, and comes again.
    expect(sent).toBe(fault.kind === 'already-being-processed' ? 3 : 1);
    await expectKept();

    mend();
    manager.clearAllConnections(); // and what is remembered of a refusal
    if (expected === 'DEADLINE') return; // it is still in the air
    expect(await call()).toMatchObject({ result: { code: GRANTED }, sent: 1 });
  });

  test('an answer that is late is taken by the next call, for no request more', async () => {
    const { org, call } = await connected({ rotation: false });
    org.inject({ kind: 'delay', ms: 1_300 });
    expect(await call()).toMatchObject({ result: { code: 'DEADLINE' }, sent: 1 });
    await sleep(600);
    expect(await call()).toEqual({ result: { code: GRANTED }, sent: 0 });
  });
});

const LOST = TOKEN_FAULTS.filter(({ losesAnswer }) => losesAnswer);
test.each(named(LOST))(
  'fault 92: an app that does not rotate, of which nobody knows it: %s',
  async (_, { fault }) => {
    const org = await startOrg({ rotation: false });
    const manager = new SalesforceConnectionManager();
    const ask = (options) => manager.getConnection(org.oauth, undefined, undefined, options);
    org.inject(fault, { times: 1 });
    for (let call = 0; call < 2; call += 1) {
      expect(await outcomeOf(ask)).toHaveProperty('code', 'REFRESH_UNCERTAIN');
    }
    expect(org.stats().tokenRequests).toBe(1);
    await sleep(1_050);
    expect(await outcomeOf(ask)).toHaveProperty('code', GRANTED);
    expect(org.stats().tokenRequests).toBe(2);
  },
);
