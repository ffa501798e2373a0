'use strict';

// Values that a caller should never pass: each is a rejection, sends nothing, and loses no token.

const { JWTConnectionManager } = require('../..');
const { startOrg } = require('../support/orgs');
const { rejection, thrown, timed } = require('../support/rejection');

let org;
/** @type {JWTConnectionManager} */
let manager;
let kept;
beforeEach(async () => {
  org = await startOrg();
  manager = new JWTConnectionManager();
  kept = await manager.getAccessToken(org.config);
});
afterEach(async () => {
  expect(await manager.getAccessToken(org.config)).toBe(kept);
  expect(manager.getCacheStats()).toMatchObject({ total: 1, requests: 1, misses: 1 });
});

/** What each way of asking is rejected with; none may throw. */
async function rejections(config, options) {
  expect(() => manager.prewarm(config)).not.toThrow();
  const errors = [];
  for (const method of ['getAccessToken', 'getConnection']) {
    errors.push(await rejection(manager[method](config, options)));
  }
  return errors;
}

const boom = new Error('boom');
const explode = () => {
  throw boom;
};
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

describe('fault 52: a private key in bytes is told to be text', () => {
  const bytes = (text) => new Uint8Array(Buffer.from(text));
  const detached = (text) => {
    const view = bytes(text);
    structuredClone(view.buffer, { transfer: [view.buffer] });
    return view;
  };
  const shared = (text) => {
    const view = new Uint8Array(new SharedArrayBuffer(text.length));
    view.set(bytes(text));
    return view;
  };
  const kinds = {
    'a Uint8Array': bytes,
    'a Buffer': Buffer.from,
    'a DataView': (text) => new DataView(bytes(text).buffer),
    'a detached array': detached,
    'a detached ArrayBuffer': (text) => detached(text).buffer,
    'a shared array': shared,
    'a SharedArrayBuffer': (text) => shared(text).buffer,
  };
  test.each(Object.keys(kinds))('%s', async (kind) => {
    const privateKey = kinds[kind](org.config.privateKey);
    for (const error of await rejections({ ...org.config, privateKey })) {
      expect(error).toMatchObject({ code: 'PRIVATE_KEY_INVALID', option: 'privateKey' });
      expect(error.message).toContain('is a Buffer');
    }
  });
});

test.each([
  ['a String object', (key) => new String(key)],
  ['an object that turns into the key', (key) => ({ toString: () => key })],
  ['a Proxy of a function', (key) => new Proxy(() => key, {})],
  ['a Proxy that was revoked', revoked],
  ['a function', (key) => () => key],
])('a private key that is %s is not turned into text', async (_, make) => {
  const privateKey = make(org.config.privateKey);
  for (const error of await rejections({ ...org.config, privateKey })) {
    expect(error.code ?? error.name).toMatch(/^(PRIVATE_KEY_INVALID|TypeError)$/);
  }
});

test('fault 33: a private key of 10 MB is refused before it is read', async () => {
  const privateKey = org.config.privateKey.repeat(6_000);
  const { result, took } = await timed(() => rejections({ ...org.config, privateKey }));
  for (const error of result) expect(error.message).toContain('longer than 16 KiB');
  expect(took).toBeLessThan(2_000);
});

describe('fault 52: what throws while it is read is a rejection with what was thrown', () => {
  const everything = new Proxy(
    {},
    {
      get: explode,
      has: explode,
      ownKeys: explode,
      getOwnPropertyDescriptor: explode,
      getPrototypeOf: explode,
    },
  );
  const getter = (name) => Object.defineProperty({}, name, { get: explode, enumerable: true });

  test('a Proxy as config', async () => {
    for (const error of await rejections(everything)) expect(error).toBe(boom);
  });

  test('a Proxy that was revoked, as config, options, signal or context', async () => {
    for (const error of await rejections(revoked())) expect(error).toBeInstanceOf(TypeError);
    for (const options of [revoked(), { signal: revoked() }, { context: revoked() }]) {
      for (const method of ['getAccessToken', 'getConnection']) {
        const error = await rejection(manager[method]({ ...org.config, tokenTtl: 99 }, options));
        expect(error).toBeInstanceOf(TypeError);
      }
    }
  });

  test.each([
    ['a Proxy as options', () => everything],
    ['a getter of signal', () => getter('signal')],
    ['a getter of deadline', () => getter('deadline')],
    ['a getter of context', () => getter('context')],
    ['a getter of fresh', () => getter('fresh')],
    ['a context that throws', () => ({ context: { getRemainingTimeInMillis: explode } })],
    ['a signal that throws when it is looked at', () => ({ signal: everything })],
  ])('%s', async (_, make) => {
    for (const method of ['getAccessToken', 'getConnection']) {
      expect(await rejection(manager[method](org.config, make()))).toBe(boom);
    }
  });

  test('the options of a manager', () => {
    expect(thrown(() => new JWTConnectionManager(everything))).toBe(boom);
    expect(thrown(() => new JWTConnectionManager(getter('ca')))).toBe(boom);
    const hosts = new Proxy([], { get: explode });
    expect(thrown(() => new JWTConnectionManager({ allowedInstanceHosts: hosts }))).toBe(boom);
    expect(thrown(() => new JWTConnectionManager(revoked()))).toBeInstanceOf(TypeError);
  });
});

describe('a name', () => {
  test.each(['clientId', 'username', 'audience'])(
    'fault 34: %s of 10 KB, or none, is refused',
    async (name) => {
      for (const value of ['x'.repeat(10_240), '', ' \n']) {
        for (const error of await rejections({ ...org.config, [name]: value })) {
          expect(error).toMatchObject({ code: 'CONFIG_INVALID', option: name });
        }
      }
    },
  );
});
