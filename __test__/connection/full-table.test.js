'use strict';

// Which Connection leaves when there are too many.

const { setTimeout: sleep } = require('node:timers/promises');
const { JWTConnectionManager, SalesforceConnectionManager } = require('../..');
const { startOrg } = require('../support/orgs');

/** Milliseconds after which the use of a token is marked again. */
const MARKED_AGAIN = 1_100;
/** The most Connections of a manager. */
const CONNECTIONS = 1_000;
const TIMEOUT = 60_000;

/** As small as a Connection can be. */
class Connection {
  constructor({ accessToken, instanceUrl, refreshFn }) {
    Object.assign(this, { accessToken, instanceUrl, refreshFn });
  }
}

describe('a manager with room for two tokens', () => {
  test.each([
    ['getConnection', undefined],
    ['getConnection', {}],
    ['getAccessToken', undefined],
    ['getAccessToken', {}],
  ])(
    'drops the Connection used longest ago: %s with options %j is a use',
    async (method, options) => {
      const org = await startOrg();
      const manager = new JWTConnectionManager({ capacity: 2, Connection });
      const config = (tokenTtl) => ({ ...org.config, tokenTtl });
      const connect = (tokenTtl) => manager.getConnection(config(tokenTtl));
      const first = await connect(100);
      const second = await connect(200);
      await sleep(MARKED_AGAIN);
      await manager[method](config(100), options);
      await connect(300);
      expect(await connect(100)).toBe(first);
      expect(await connect(200)).not.toBe(second);
      expect(org.stats().tokenRequests).toBe(4);
    },
  );

  test('of refresh tokens does the same', async () => {
    const org = await startOrg();
    const { clientId, clientSecret } = org.oauth;
    const config = { clientId, clientSecret, loginUrl: org.url };
    const manager = new SalesforceConnectionManager({ capacity: 2, Connection });
    const refreshTokens = [1, 2, 3].map(() => org.issueRefreshToken());
    const connect = (which) => manager.getConnection(config, refreshTokens[which]);
    const [first, second] = [await connect(0), await connect(1)];
    await sleep(MARKED_AGAIN);
    await connect(0);
    await connect(2);
    expect(await connect(0)).toBe(first);
    expect(await connect(1)).not.toBe(second);
  });
});

test(
  'a manager has a thousand Connections, and drops the one used longest ago',
  async () => {
    const org = await startOrg();
    const manager = new JWTConnectionManager({ Connection });
    /** Two tokens, each with many versions. */
    const connect = (number) => {
      const version = `${10 + (number % 600)}.0`;
      return manager.getConnection({
        ...org.config,
        tokenTtl: number < 600 ? 3_600 : 1_800,
        version,
      });
    };
    const first = await connect(0);
    // A token was there before its Connection.
    const config = { ...org.config, tokenTtl: 3_600, version: '11.0' };
    await manager.getAccessToken(config);
    const second = await connect(1);
    for (let number = 2; number < CONNECTIONS; number += 1) await connect(number);
    expect(await connect(0)).toBe(first);
    await sleep(MARKED_AGAIN);
    await connect(0);
    await connect(CONNECTIONS);
    expect(await connect(0)).toBe(first);
    expect(await connect(1)).not.toBe(second);
    expect(org.stats().tokenRequests).toBe(2);
  },
  TIMEOUT,
);
