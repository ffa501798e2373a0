'use strict';

const { SalesforceConnectionManager } = require('../..');
const { runChild } = require('../support/child');
const { rejection } = require('../support/rejection');
const { QUERY, keeper, stage } = require('./support');

describe('the event refreshToken', () => {
  test('comes for each new refresh token', async () => {
    const told = [];
    const { kept, fingerprints, onRefreshToken } = keeper();
    const { config, manager } = await stage();
    manager.on('refreshToken', (...args) => told.push(args));
    await manager.getConnection({ ...config, onRefreshToken });
    expect(told).toEqual([[kept[0], fingerprints[0]]]);
  });

  test('comes without onRefreshToken too', async () => {
    const told = [];
    const { org, config, manager } = await stage();
    manager.on('refreshToken', (token) => told.push(token));
    const connection = await manager.getConnection(config);
    org.revokeAll();
    await connection.query(QUERY);
    expect(told).toHaveLength(2);
    expect(new Set(told).size).toBe(2);
  });
});

describe('a listener that alone stores', () => {
  /** A manager of its own, whose listeners are the test's. */
  async function quiet() {
    const { org, config } = await stage();
    return { org, config, manager: new SalesforceConnectionManager() };
  }

  test('is awaited: nobody gets the access token before', async () => {
    const { config, manager } = await quiet();
    let keep;
    const told = new Promise((resolve) => {
      manager.on('refreshToken', () => {
        resolve();
        return new Promise((done) => {
          keep = done;
        });
      });
    });
    const got = jest.fn();
    const asked = manager.getConnection(config).then(got);
    await told;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(got).not.toHaveBeenCalled();
    keep();
    await asked;
    expect(got).toHaveBeenCalledTimes(1);
  });

  test('and rejects: the call says so with its error as cause; all others were called', async () => {
    const { org, config, manager } = await quiet();
    const cause = new Error('the store is down');
    const others = [jest.fn(), jest.fn()];
    manager.on('refreshToken', others[0]);
    manager.once('refreshToken', () => Promise.reject(cause));
    manager.on('refreshToken', others[1]);
    const error = await rejection(manager.getConnection(config));
    expect(error).toMatchObject({ code: 'REFRESH_NOT_PERSISTED', retryable: true, cause });
    for (const other of others) expect(other).toHaveBeenCalledTimes(1);
    expect(await manager.getConnection(config)).toBeDefined(); // that of once is gone
    for (const other of others) expect(other).toHaveBeenCalledTimes(2);
    expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
  });

  test('has keepTimeout, and a late success counts', async () => {
    const { org, config, manager } = await quiet();
    let keep;
    const listener = jest.fn(() => new Promise((done) => (keep = done)));
    manager.on('refreshToken', listener);
    const error = await rejection(manager.getConnection({ ...config, keepTimeout: 0.1 }));
    expect(error).toMatchObject({ code: 'REFRESH_NOT_PERSISTED', retryable: true });
    expect(error.message).toContain('did not finish within 0.1 s.');
    keep();
    await new Promise(setImmediate);
    expect(await manager.getConnection(config)).toBeDefined();
    expect(listener).toHaveBeenCalledTimes(1);
    expect(org.stats().tokenRequests).toBe(1);
  });

  test('and throws: the call says so with its error as cause, and the next one tells it again', async () => {
    const { org, config } = await stage();
    const manager = new SalesforceConnectionManager();
    const cause = new Error('the store is down');
    const told = [];
    manager.on('refreshToken', (token) => {
      told.push(token);
      if (told.length === 1) throw cause;
    });
    const error = await rejection(manager.getConnection(config));
    expect(error).toMatchObject({ code: 'REFRESH_NOT_PERSISTED', retryable: true, cause });
    expect(error.message).toContain('A listener of the event refreshToken failed.');
    const connection = await manager.getConnection(config);
    expect((await connection.query(QUERY)).totalSize).toBe(1);
    expect(told).toEqual([told[0], told[0]]);
    expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
  });
});

describe('a refresh token that nobody stores', () => {
  /** A manager that nobody listens to, and its warm Connection. */
  async function unheard() {
    jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { org, config } = await stage();
    const manager = new SalesforceConnectionManager();
    return { org, config, manager, connection: await manager.getConnection(config) };
  }
  afterEach(() => jest.restoreAllMocks());

  test('is given to the first call that can store it, though the access token is alive', async () => {
    const { org, config, manager, connection } = await unheard();
    const { kept, onRefreshToken } = keeper();
    expect(await manager.getConnection({ ...config, onRefreshToken })).toBe(connection);
    expect(kept).toHaveLength(1);
    await manager.getConnection({ ...config, onRefreshToken });
    expect(kept).toHaveLength(1);
    expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
  });

  test('is told to a listener that comes later', async () => {
    const { config, manager, connection } = await unheard();
    const told = [];
    manager.on('refreshToken', (token) => told.push(token));
    expect(await manager.getConnection(config)).toBe(connection);
    expect(await manager.getConnection(config)).toBe(connection);
    expect(told).toHaveLength(1);
  });

  test('is given to another manager', async () => {
    const { org, config } = await unheard();
    const { kept, onRefreshToken } = keeper();
    await new SalesforceConnectionManager().getConnection({ ...config, onRefreshToken });
    expect(kept).toHaveLength(2); // the postponed one, then the one of its own access token
    expect(org.stats().refreshTokenReuses).toBe(0);
  });
});

describe('jsforce’s event refresh', () => {
  test('comes with the new refresh token, for listeners that save it from there', async () => {
    const { kept, onRefreshToken } = keeper();
    const { org, config, manager } = await stage();
    const connection = await manager.getConnection({ ...config, onRefreshToken });
    const told = [];
    connection.on('refresh', (token, response) => told.push([token, response]));
    org.revokeAll();
    await connection.query(QUERY);
    expect(told).toEqual([
      [
        connection.accessToken,
        expect.objectContaining({
          access_token: connection.accessToken,
          refresh_token: kept[1],
          instance_url: org.instanceUrl,
        }),
      ],
    ]);
  });

  test('names no refresh token that did not change', async () => {
    const { org, config, manager } = await stage({ rotation: false });
    const connection = await manager.getConnection(config);
    const told = [];
    connection.on('refresh', (_, response) => told.push(response));
    org.revokeAll();
    await connection.query(QUERY);
    expect(told).toHaveLength(1);
    expect(told[0]).not.toHaveProperty('refresh_token');
  });
});

describe('what is said on the console', () => {
  /** Runs a program in a process of its own; the warnings it gave. */
  async function warningsOf(program, org) {
    const prelude = `
      const { SalesforceConnectionManager } = load();
      const manager = new SalesforceConnectionManager();
      process.on('warning', ({ name, code, message }) => report([name, code, message]));`;
    const child = await runChild(`${prelude}${program}`, { input: org.oauth });
    expect(child.code).toBe(0);
    for (const text of [child.stderr, JSON.stringify(child.reports)]) {
      expect(text).not.toContain('5Aep861');
    }
    return child.reports;
  }

  test('without callback and listener: one warning, which names both remedies', async () => {
    const { org } = await stage();
    const reports = await warningsOf(
      `const connection = await manager.getConnection(input);
       manager.clearAllConnections();
       await manager.getConnection(input);`,
      org,
    );
    expect(reports).toEqual([
      [
        'RefreshTokenWarning',
        'REFRESH_TOKEN_NOT_KEPT',
        expect.stringMatching(/option onRefreshToken, or listen to the event refreshToken\.$/),
      ],
    ]);
    expect(org.stats().rotations).toBe(2);
  });

  test.each([
    ['a callback', `await manager.getConnection({ ...input, onRefreshToken() {} });`],
    ['a listener', `manager.on('refreshToken', () => {}); await manager.getConnection(input);`],
  ])('with %s: nothing', async (_, program) => {
    const { org } = await stage();
    expect(await warningsOf(program, org)).toEqual([]);
    expect(org.stats().rotations).toBe(1);
  });

  test.each([
    ['throws', '(token) => { throw new Error(token); }'],
    ['rejects', 'async (token) => { throw new Error(token); }'],
  ])(
    'a listener that %s beside a callback that stores: a warning without its error',
    async (_, listener) => {
      const { org } = await stage();
      const [query, ...warnings] = await warningsOf(
        `manager.on('refreshToken', ${listener});
       const connection = await manager.getConnection({ ...input, onRefreshToken() {} });
       report((await connection.query('${QUERY}')).totalSize);`,
        org,
      ).then((reports) => reports.sort());
      expect(query).toBe(1);
      expect(warnings.map(([, code]) => code)).toEqual(['REFRESH_TOKEN_LISTENER_FAILED']);
      expect(org.stats().refreshTokenReuses).toBe(0);
    },
  );
});
