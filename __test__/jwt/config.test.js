'use strict';

const { inspect } = require('node:util');
const { ConfigurationError, JWTConnectionManager, getAuthError } = require('../..');
const { startOrg } = require('../support/orgs');
const { rejection, thrown } = require('../support/rejection');

/** Values of every wrong type, each of which would be recognised in a message. */
const WRONG = {
  number: 7_215_037,
  null: null,
  array: ['CANARY'],
  symbol: Symbol('CANARY'),
  function: function CANARY() {},
  buffer: Buffer.from('CANARY'),
  object: { CANARY: 'CANARY' },
  'empty string': '',
  string: 'CANARY',
  boolean: true,
  bigint: 7_215_037n,
  NaN: Number.NaN,
};
const STRINGS = ['clientId', 'privateKey', 'username', 'instanceUrl', 'loginUrl', 'audience'];
/** What each option takes, of the values above. */
const RIGHT = {
  clientId: ['string'],
  username: ['string'],
  audience: ['string'],
  Connection: ['function'],
  ca: ['empty string'],
};

const cases = (options) =>
  options.flatMap((option) =>
    Object.keys(WRONG)
      .filter((kind) => !RIGHT[option]?.includes(kind))
      .map((kind) => [option, kind]),
  );

/** A buffer that leaves nothing of the life is told under the name of the life. */
const nameOf = (option, { tokenBuffer }) =>
  Number.isFinite(tokenBuffer) && tokenBuffer > 170 ? 'tokenTtl' : option;

let org;
/** @type {JWTConnectionManager} */
let manager;
beforeEach(async () => {
  org = await startOrg();
  manager = new JWTConnectionManager();
});

/** Everything of an error that may be printed. */
const shown = (error) => inspect(error, { showHidden: true, depth: null }) + error.stack;

function expectRefusal(error, option, code = 'CONFIG_INVALID') {
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(error).toMatchObject({ code, option, retryable: false, attempts: 0 });
  const name = option === 'privateKey' ? /private ?key/i : option;
  expect(error.message).toMatch(name);
  expect(error.message.startsWith(`[${code}] `)).toBe(true);
  // The canary may stand in the frames of this file, not in what the error says.
  expect(shown(error).replaceAll(__filename, '')).not.toMatch(/CANARY|7_?215_?037|67, 65, 78/);
  expect(getAuthError(error)).toBe(error);
}

describe('an option of the config of the wrong type is a rejection that names it', () => {
  afterEach(() => {
    expect(org.stats().tokenRequests).toBe(0);
    expect(manager.getCacheStats()).toMatchObject({ misses: 0, requests: 0 });
  });

  const options = [...STRINGS, 'version', 'tokenTtl', 'tokenBuffer'];
  test.each(cases(options))('%s: %s', async (option, kind) => {
    const config = { ...org.config, [option]: WRONG[kind] };
    const code = option === 'privateKey' && kind !== 'null' ? 'PRIVATE_KEY_INVALID' : undefined;
    for (const method of ['getConnection', 'getAccessToken']) {
      expectRefusal(await rejection(manager[method](config)), nameOf(option, config), code);
    }
    expect(manager.prewarm(config)).toBeUndefined();
  });

  test.each(Object.keys(WRONG))('the config itself: %s', async (kind) => {
    if (['array', 'buffer', 'object'].includes(kind)) {
      const error = await rejection(manager.getConnection(WRONG[kind]));
      expectRefusal(error, 'clientId, privateKey, username, instanceUrl');
      return;
    }
    expectRefusal(await rejection(manager.getConnection(WRONG[kind])), 'config');
    expectRefusal(await rejection(manager.getAccessToken(WRONG[kind])), 'config');
  });

  test('all that are missing are named at once', async () => {
    const { clientId, username } = org.config;
    const config = { clientId, username, privateKey: undefined };
    expectRefusal(await rejection(manager.getConnection(config)), 'privateKey, instanceUrl');
  });

  test.each([
    ['version', '64', 'v64.0', '64.5', '1.0', ' 64.0'],
    ['tokenTtl', -1, 9, 39, 86_401, Infinity, 'forever'],
    ['tokenBuffer', -1, 171],
    ['clientId', ' ', 'a\nb', 'x'.repeat(1_025)],
    ['username', '\t', 'a\0b'],
    ['audience', ' ', 'a\r\nb'],
  ])('%s has bounds', async (option, ...values) => {
    for (const value of values) {
      const error = await rejection(manager.getConnection({ ...org.config, [option]: value }));
      expectRefusal(error, nameOf(option, { [option]: value }));
    }
  });
});

test('names with white space around them are the same names', async () => {
  const { clientId, username, ...rest } = org.config;
  const config = { ...rest, clientId: ` ${clientId}\n`, username: `\t${username} ` };
  await manager.getAccessToken(config);
  await manager.getAccessToken(org.config);
  expect(org.stats().tokenRequests).toBe(1);
});

describe('an option of a call of the wrong type is a rejection that names it', () => {
  const right = { fresh: ['boolean'], deadline: ['number'] };
  const all = ['signal', 'deadline', 'context', 'fresh'].flatMap((option) =>
    Object.keys(WRONG)
      .filter((kind) => !right[option]?.includes(kind))
      .map((kind) => [option, kind]),
  );
  test.each(all)('%s: %s', async (option, kind) => {
    const options = { [option]: WRONG[kind] };
    expectRefusal(await rejection(manager.getConnection(org.config, options)), option);
    expectRefusal(await rejection(manager.getAccessToken(org.config, options)), option);
  });

  const notObjects = Object.keys(WRONG).filter((kind) => typeof WRONG[kind] !== 'object');
  test.each([...notObjects, 'null'])('the options themselves: %s', async (kind) => {
    const error = await rejection(manager.getConnection(org.config, WRONG[kind]));
    expectRefusal(error, 'options');
  });

  test('signal: half a signal', async () => {
    const options = { signal: { aborted: false, addEventListener() {} } };
    expectRefusal(await rejection(manager.getConnection(org.config, options)), 'signal');
  });
});

describe('an option of a manager of the wrong type is thrown, and named', () => {
  test.each(cases(['Connection', 'allowedInstanceHosts', 'ca', 'capacity']))(
    '%s: %s',
    (option, kind) => {
      // A host name without a dot is none, so the array of a canary is wrong as well.
      expectRefusal(
        thrown(() => new JWTConnectionManager({ [option]: WRONG[kind] })),
        option,
      );
    },
  );

  test.each(Object.keys(WRONG))('the options themselves: %s', (kind) => {
    if (['array', 'buffer', 'object'].includes(kind)) return; // empty options, as it were
    expectRefusal(
      thrown(() => new JWTConnectionManager(WRONG[kind])),
      'options',
    );
  });

  test.each([
    ['capacity', 0],
    ['capacity', 1.5],
    ['capacity', 1_000_001],
    ['ca', '-----BEGIN CERTIFICATE-----\nCANARY\n-----END CERTIFICATE-----\n'],
    ['allowedInstanceHosts', ['https://api.example.com']],
    ['allowedInstanceHosts', ['api.example.com', 7]],
    ['allowedInstanceHosts', ['10.0.0.1']],
    ['allowedInstanceHosts', ['*.example.com/']],
    ['allowedInstanceHosts', ['*.example.com']],
    // biome-ignore lint/suspicious/noSparseArray: people delete elements
    ['allowedInstanceHosts', [, 'api.example.com']],
    ['Connection', () => {}],
  ])('%s: %j', (option, value) => {
    expectRefusal(
      thrown(() => new JWTConnectionManager({ [option]: value })),
      option,
    );
  });
});

describe('a config that is no plain object', () => {
  test('fault 52: whose getter throws is a rejection with what it threw', async () => {
    const boom = new Error('boom');
    for (const name of [...STRINGS, 'tokenTtl', 'version']) {
      const config = Object.defineProperty({ ...org.config }, name, {
        get() {
          throw boom;
        },
      });
      for (const method of ['getConnection', 'getAccessToken']) {
        expect(await rejection(manager[method](config))).toBe(boom);
      }
      expect(() => manager.prewarm(config)).not.toThrow();
    }
  });

  test('works if it is an instance with getters, frozen, or without prototype', async () => {
    class Settings {
      get clientId() {
        return org.config.clientId;
      }
    }
    const { clientId, ...rest } = org.config;
    const configs = [
      Object.assign(new Settings(), rest),
      Object.freeze({ clientId, ...rest }),
      Object.assign(Object.create(null), org.config),
    ];
    const connections = [];
    for (const config of configs) connections.push(await manager.getConnection(config));
    expect(new Set(connections).size).toBe(1);
  });

  test('fault 52: that changes its answers cannot bring the addon anything but strings', async () => {
    for (const option of STRINGS) {
      for (const wrong of [Symbol('CANARY'), 7_215_037, { CANARY: 1 }]) {
        let reads = 0;
        const config = new Proxy(org.config, {
          get(target, name) {
            if (name !== option) return Reflect.get(target, name);
            reads += 1;
            return reads % 2 === 1 ? (target[name] ?? org.url) : wrong;
          },
        });
        const calls = [1, 2, 3].map(() => manager.getAccessToken(config));
        for (const { status, reason } of await Promise.allSettled(calls)) {
          if (status === 'rejected') expect(reason).toBeInstanceOf(ConfigurationError);
        }
      }
    }
    await expect(manager.getAccessToken(org.config)).resolves.toHaveProperty('accessToken');
  });
});
