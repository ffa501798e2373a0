'use strict';

// What a Connection is made with beside its login.

const { Connection } = require('jsforce');
const { JWTConnectionManager, SalesforceConnectionManager } = require('../..');
const { startOrg } = require('../support/orgs');
const { rejection, thrown } = require('../support/rejection');

class Recorded extends Connection {
  constructor(config) {
    super(config);
    this.config = config;
  }
}

const connectionOptions = { maxRequest: 3, callOptions: { client: 'acme' }, logLevel: 'ERROR' };

/** The two managers, and a call of each with more fields in its config. */
const KINDS = [
  ['JWT', JWTConnectionManager, (org) => org.config],
  ['refresh token', SalesforceConnectionManager, (org) => org.oauth],
];

describe.each(KINDS)('connectionOptions of a login by %s', (_, Manager, configOf) => {
  let org;
  let config;
  beforeEach(async () => {
    org = await startOrg();
    config = configOf(org);
  });

  test('reach the Connection, beside what the login sets', async () => {
    const manager = new Manager({ Connection: Recorded });
    const connection = await manager.getConnection({ ...config, connectionOptions });
    expect(connection.config).toMatchObject(connectionOptions);
    expect(connection.config.instanceUrl).toBe(org.instanceUrl);
    expect((await connection.query('SELECT Id FROM Account LIMIT 1')).totalSize).toBe(1);
  });

  test('of the manager serve all configs, and the config’s own win', async () => {
    const options = { maxRequest: 7, logLevel: 'FATAL' };
    const manager = new Manager({ Connection: Recorded, connectionOptions: options });
    const plain = await manager.getConnection(config);
    expect(plain.config).toMatchObject(options);
    const own = await manager.getConnection({ ...config, connectionOptions });
    expect(own.config).toMatchObject(connectionOptions);
    const call = { fresh: true };
    const more = Manager === JWTConnectionManager ? [call] : [undefined, undefined, call];
    const fresh = await manager.getConnection(config, ...more);
    expect(fresh.config).toMatchObject(options);
  });

  test('by the same object are the same Connection, on one token', async () => {
    const manager = new Manager();
    const ask = (options) => manager.getConnection({ ...config, connectionOptions: options });
    const first = await ask(connectionOptions);
    expect(await ask(connectionOptions)).toBe(first);
    const other = await ask({ ...connectionOptions });
    expect(other).not.toBe(first);
    expect(other.accessToken).toBe(first.accessToken);
    expect(org.stats().tokenRequests).toBe(1);
  });

  test.each([
    ...['loginUrl', 'instanceUrl', 'accessToken', 'refreshToken', 'refreshFn', 'oauth2'],
    ...['version', 'sessionId', 'serverUrl', 'signedRequest'],
  ])('must not hold %s', async (name) => {
    const wrong = { connectionOptions: { [name]: 'https://acme.example' } };
    const errors = [
      await rejection(new Manager().getConnection({ ...config, ...wrong })),
      thrown(() => new Manager(wrong)),
    ];
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', option: 'connectionOptions' });
      expect(error.message).toContain(`must not hold ${name}`);
    }
    expect(org.stats().tokenRequests).toBe(0);
  });

  test('that are no object, or misspelt, are refused', async () => {
    for (const wrong of [null, 7, 'x', () => {}]) {
      const asked = new Manager().getConnection({ ...config, connectionOptions: wrong });
      expect(await rejection(asked)).toMatchObject({
        code: 'CONFIG_INVALID',
        option: 'connectionOptions',
      });
    }
    const error = thrown(() => new Manager({ connectionOptions: { maxRequests: 3 } }));
    expect(error.message).toContain(
      'connectionOptions has no option maxRequests: write maxRequest.',
    );
  });
});
