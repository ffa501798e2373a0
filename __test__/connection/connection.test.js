'use strict';

const { Connection } = require('jsforce');
const { Connection: Connection2 } = require('jsforce-2');
const {
  DEFAULT_API_VERSION,
  JWTConnectionManager,
  clearAllTokens,
  getConnection,
} = require('../..');
const { publicKeyOf, startOrg } = require('../support/orgs');
const { startOrgBehind } = require('../support/token-host');

const QUERY = 'SELECT Id, Name FROM Account LIMIT 5';

/** @type {JWTConnectionManager} */
let manager;
beforeEach(() => {
  manager = new JWTConnectionManager();
});

describe('as the documents of the JWT manager have it', () => {
  afterEach(() => void clearAllTokens());

  test('getInstance, getConnection, query', async () => {
    const config = (await startOrg()).config;
    const connectionManager = JWTConnectionManager.getInstance();
    const connection = await connectionManager.getConnection(config);

    const result = await connection.query('SELECT Id, Name FROM Account LIMIT 10');

    expect(result.records).toHaveLength(10);
    expect(result.records[0]).toMatchObject({ Name: 'Account 01' });
    expect(connection).toBeInstanceOf(Connection);
    expect(JWTConnectionManager.getInstance()).toBe(connectionManager);
    expect(await getConnection(config)).toBe(connection);

    const stats = connectionManager.getCacheStats();
    expect(`Tokens: ${stats.valid} valid, ${stats.expired} expired`).toBe(
      'Tokens: 1 valid, 0 expired',
    );
    expect(connectionManager.clearExpiredTokens()).toBe(0);
  });
});

describe('one Connection for each configuration', () => {
  test('all calls get it, at once or later, with the same object or an equal one', async () => {
    const { config, stats } = await startOrg();
    const asked = [config, { ...config }, structuredClone(config)];
    const [first, ...others] = await Promise.all(asked.map((each) => manager.getConnection(each)));
    const later = await manager.getConnection({ ...config }, {});
    expect([...others, later].every((connection) => connection === first)).toBe(true);
    expect(stats().tokenRequests).toBe(1);
  });

  test('another one when the config object was changed in place, and the first when it is changed back', async () => {
    const org = await startOrg();
    const first = await manager.getConnection(org.config);
    org.config.tokenTtl = 300;
    const second = await manager.getConnection(org.config);
    delete org.config.tokenTtl;
    expect(second).not.toBe(first);
    expect(await manager.getConnection(org.config)).toBe(first);
    expect(org.stats().tokenRequests).toBe(2);
  });

  test('another one for each option that differs, also where the token is the same', async () => {
    const org = await startOrg();
    const { clientId, username, privateKey } = org.config;
    const users = [username, 'other@example.com'];
    for (const id of [clientId, 'other']) {
      org.register({ clientId: id, publicKey: publicKeyOf(org), users });
    }
    const differences = {
      clientId: 'other',
      username: 'other@example.com',
      privateKey: privateKey.replaceAll('\n', '\r\n'),
      instanceUrl: `${org.url}/`,
      loginUrl: org.url,
      audience: org.url,
      tokenTtl: 300,
      tokenBuffer: 20,
      version: '66.0',
    };
    const connections = new Set([await manager.getConnection(org.config)]);
    for (const [option, value] of Object.entries(differences)) {
      connections.add(await manager.getConnection({ ...org.config, [option]: value }));
    }
    expect(connections.size).toBe(10);
    expect(org.stats().tokenRequests).toBe(6);
  });

  test('another one for another version, on the same token', async () => {
    const { config, stats } = await startOrg();
    const first = await manager.getConnection(config);
    const second = await manager.getConnection({ ...config, version: '66.0' });
    expect([first.version, second.version]).toEqual([DEFAULT_API_VERSION, '66.0']);
    expect(second.accessToken).toBe(first.accessToken);
    expect(stats().tokenRequests).toBe(1);
  });

  test('the version is the one that requests are made in', async () => {
    const { config } = await startOrg();
    const paths = async (version) => {
      const connection = await manager.getConnection({ ...config, version });
      const { records } = await connection.query(QUERY);
      return records.map(({ attributes }) => attributes.url.split('/')[3]);
    };
    expect(new Set(await paths('66.0'))).toEqual(new Set(['v66.0']));
    expect(new Set(await paths())).toEqual(new Set([`v${DEFAULT_API_VERSION}`]));
    expect(DEFAULT_API_VERSION).toMatch(/^\d\d\.0$/);
  });
});

describe('fresh', () => {
  test('gives a Connection of its own each time, on the shared token', async () => {
    const { config, stats } = await startOrg();
    const shared = await manager.getConnection(config);
    const fresh = () => manager.getConnection(config, { fresh: true });
    const all = [shared, await fresh(), await fresh()];
    expect(new Set(all).size).toBe(3);
    expect(new Set(all.map(({ accessToken }) => accessToken)).size).toBe(1);
    expect(await manager.getConnection(config)).toBe(shared);
    await Promise.all(all.map((connection) => connection.query(QUERY)));
    expect(stats().tokenRequests).toBe(1);
  });

  test('asked for first, does not become the shared one', async () => {
    const { config } = await startOrg();
    const fresh = await manager.getConnection(config, { fresh: true });
    expect(await manager.getConnection(config)).not.toBe(fresh);
    expect(await manager.getConnection(config, { fresh: false })).not.toBe(fresh);
  });
});

describe('what the Connection is made with', () => {
  test('the instance URL that the token response names, not the host that was asked', async () => {
    const org = await startOrg();
    const connection = await manager.getConnection(org.config);
    expect(org.instanceUrl).not.toBe(org.config.instanceUrl);
    expect(connection.instanceUrl).toBe(org.instanceUrl);
  });

  test('userInfo, from the identity URL', async () => {
    const { config, url } = await startOrg();
    const { userInfo } = await manager.getConnection(config);
    expect(userInfo).toEqual({
      id: expect.stringMatching(/^005\w{15}$/),
      organizationId: '00D000000000001EAA',
      url: `${url}/id/${userInfo.organizationId}/${userInfo.id}`,
    });
  });

  test('the whole of jsforce', async () => {
    const connection = await manager.getConnection((await startOrg()).config);
    const apis = ['bulk', 'bulk2', 'metadata', 'tooling', 'streaming', 'soap', 'analytics', 'apex'];
    for (const api of apis) expect([api, connection[api]]).toEqual([api, expect.any(Object)]);
    const { version, accessToken } = connection;
    expect([version, accessToken]).toEqual([DEFAULT_API_VERSION, expect.any(String)]);
  });

  test('reads and writes', async () => {
    const connection = await manager.getConnection((await startOrg()).config);
    const { id } = await connection.sobject('Account').create({ Name: 'Made by a test' });
    expect(await connection.sobject('Account').retrieve(id)).toMatchObject({
      Name: 'Made by a test',
    });
    expect(await connection.identity()).toHaveProperty('user_id', connection.userInfo.id);
  });
});

describe('the option Connection', () => {
  test('takes a subclass of jsforce’s', async () => {
    class Traced extends Connection {
      traced = true;
    }
    const { config } = await startOrg();
    const connection = await new JWTConnectionManager({ Connection: Traced }).getConnection(config);
    expect(connection).toBeInstanceOf(Traced);
    expect((await connection.query(QUERY)).totalSize).toBe(5);
  });

  test('takes that of jsforce 2', async () => {
    const { config } = await startOrg();
    const with2 = new JWTConnectionManager({ Connection: Connection2 });
    const connection = await with2.getConnection(config);
    expect(connection).toBeInstanceOf(Connection2);
    expect(connection).not.toBeInstanceOf(Connection);
    expect((await connection.query(QUERY)).totalSize).toBe(5);
  });

  test('rejects with what its constructor throws, and the token stays cached', async () => {
    class Broken {
      constructor() {
        throw new TypeError('broken');
      }
    }
    const { config, stats } = await startOrg();
    const broken = new JWTConnectionManager({ Connection: Broken });
    await expect(broken.getConnection(config)).rejects.toThrow(new TypeError('broken'));
    expect(await broken.getAccessToken(config)).toHaveProperty('accessToken');
    expect(stats().tokenRequests).toBe(1);
  });
});

describe('a shared Connection that a caller has changed', () => {
  const changes = {
    'its token': (connection) => {
      connection.accessToken = 'the caller’s';
    },
    'its instance URL': (connection) => {
      connection.instanceUrl = 'https://callers.my.salesforce.com';
    },
    'its instance URL, to none': (connection) => {
      connection.instanceUrl = undefined;
    },
  };
  for (const [what, change] of Object.entries(changes)) {
    test(`fault 80: in ${what}, is not the next caller’s, and stays as it is`, async () => {
      const org = await startOrg();
      const changed = await manager.getConnection(org.config);
      change(changed);
      const { accessToken, instanceUrl } = changed;
      for (const options of [undefined, {}]) {
        const connection = await manager.getConnection(org.config, options);
        expect(connection).not.toBe(changed);
        expect(connection.instanceUrl).toBe(org.instanceUrl);
        expect(connection.accessToken).toBe((await manager.getAccessToken(org.config)).accessToken);
        expect(await connection.query(QUERY)).toHaveProperty('totalSize', 5);
        expect(await manager.getConnection(org.config)).toBe(connection);
      }
      expect(changed).toMatchObject({ accessToken, instanceUrl });
      expect(org.stats().tokenRequests).toBe(1);
    });
  }

  test('by its class, which spells the instance URL in its own way, is the next caller’s', async () => {
    class Slashed extends Connection {
      constructor(config) {
        super({ ...config, instanceUrl: `${config.instanceUrl}/` });
      }
    }
    const org = await startOrg();
    const slashed = new JWTConnectionManager({ Connection: Slashed });
    const connection = await slashed.getConnection(org.config);
    expect(await slashed.getConnection(org.config)).toBe(connection);
    org.revokeAll();
    await slashed.getAccessToken(org.config, { rejectedToken: connection.accessToken });
    expect(await slashed.getConnection(org.config)).toBe(connection);
  });
});

test('two orgs with two users each, side by side, are not mixed up', async () => {
  const users = ['ada@example.com', 'bea@example.com'];
  const orgs = await Promise.all([startOrg({ delay: 20 }), startOrg()]);
  for (const org of orgs) {
    org.register({ clientId: org.config.clientId, publicKey: publicKeyOf(org), users });
  }
  const logins = orgs.flatMap((org) =>
    users.map((username) => ({ org, config: { ...org.config, username } })),
  );
  const ask = async ({ config }) => manager.getConnection(config);
  const connections = await Promise.all([...logins, ...logins].map(ask));

  expect(new Set(connections).size).toBe(4);
  expect(new Set(connections.map(({ accessToken }) => accessToken)).size).toBe(4);
  for (const [index, { org, config }] of logins.entries()) {
    const connection = connections[index];
    expect(connections[index + logins.length]).toBe(connection);
    expect(connection.instanceUrl).toBe(org.instanceUrl);
    const { username } = await connection.identity();
    expect(username).toBe(config.username);
  }
  for (const org of orgs) expect(org.stats()).toMatchObject({ tokenRequests: 2, rejected401: 0 });
});

test('a Connection class that hides its token gets one login, not one a call', async () => {
  class Opaque {
    #config;
    constructor(config) {
      this.#config = config;
    }
    ask() {
      return this.#config.instanceUrl;
    }
  }
  const org = await startOrg();
  const manager = new JWTConnectionManager({ Connection: Opaque });
  const connection = await manager.getConnection(org.config);
  for (let time = 0; time < 5; time += 1) {
    expect(await manager.getConnection(org.config)).toBe(connection);
  }
  expect(connection.ask()).toBe(org.instanceUrl);
  expect(org.stats().tokenRequests).toBe(1);
});

test.each([
  ['another host', 'https://evil.example/id/00D/005'],
  ['plain http', 'http://login.salesforce.com/id/00D/005'],
  ['another type', { url: 'https://login.salesforce.com' }],
])('an identity URL on %s is dropped: jsforce would send the token there', async (_, id) => {
  const { config } = await startOrgBehind({ id });
  const manager = new JWTConnectionManager();
  const { identityUrl } = await manager.getAccessToken(config);
  expect(identityUrl).toBeUndefined();
  expect((await manager.getConnection(config)).userInfo).toBeUndefined();
});
