'use strict';

const { ConfigurationError, getAuthError } = require('../..');
const { runChild } = require('../support/child');
const { rejection, thrown } = require('../support/rejection');
const { QUERY, keeper, listening, stage } = require('./support');

test('forgetRefreshToken drops what the refresh token led to, with its Connections', async () => {
  const { kept, onRefreshToken } = keeper();
  const { config, manager } = await stage();
  await manager.getConnection({ ...config, onRefreshToken });
  await manager.getConnection(config, undefined, 'prod');
  expect(manager.getCacheStats().total).toBe(2);
  expect(manager.forgetRefreshToken(config)).toBe(true);
  expect(manager.getCacheStats().total).toBe(0);
  expect(manager.forgetRefreshToken(config, kept[0])).toBe(false);
});

test('any refresh token of the lineage will do', async () => {
  const { kept, onRefreshToken } = keeper();
  const { config, manager } = await stage();
  await manager.getConnection({ ...config, onRefreshToken });
  expect(manager.forgetRefreshToken(config, kept[0])).toBe(true);
  expect(manager.forgetRefreshToken(config)).toBe(false);
});

test('one that nobody used is not known, and others stay', async () => {
  const { org, config, manager } = await stage();
  const connection = await manager.getConnection(config);
  expect(manager.forgetRefreshToken(config, org.issueRefreshToken())).toBe(false);
  expect(await manager.getConnection(config)).toBe(connection);
});

const unknown = { code: 'CONFIG_INVALID', option: 'refreshToken' };

test('a function is forgotten with what it gave', async () => {
  const { org, config, manager } = await stage();
  const refreshToken = () => config.refreshToken;
  const connection = await manager.getConnection(config, refreshToken);
  expect(manager.forgetRefreshToken(config, refreshToken)).toBe(true);
  expect(manager.forgetRefreshToken(config, refreshToken)).toBe(false);
  org.revokeAll();
  const error = getAuthError(await rejection(connection.query(QUERY)), connection);
  expect(error).toMatchObject({ code: 'REFRESH_TOKEN_INVALID', attempts: 0 });
  expect(org.stats().tokenRequests).toBe(1);
});

test('a function whose refresh token another manager has forgotten is forgotten', async () => {
  const { config, manager } = await stage();
  const other = listening();
  const refreshToken = () => config.refreshToken;
  await manager.getConnection(config, refreshToken);
  other.forgetRefreshToken(config);
  expect(manager.forgetRefreshToken(config, refreshToken)).toBe(false);
});

test('a function that was passed again after it was forgotten can be forgotten again', async () => {
  const { config, manager } = await stage({ rotation: false });
  const refreshToken = () => config.refreshToken;
  for (const lost of [false, true]) {
    await manager.getConnection(config, refreshToken);
    if (lost) {
      manager.clearAllConnections();
      const error = thrown(() => manager.forgetRefreshToken(config, refreshToken));
      expect(error).toMatchObject(unknown);
    } else {
      expect(manager.forgetRefreshToken(config, refreshToken)).toBe(true);
    }
  }
});

test('after a clear the refresh token itself is to be passed', async () => {
  const { org, config, manager } = await stage();
  const refreshToken = () => config.refreshToken;
  const connection = await manager.getConnection(config, refreshToken);
  manager.clearAllConnections();
  expect(thrown(() => manager.forgetRefreshToken(config, refreshToken))).toMatchObject(unknown);
  expect(manager.forgetRefreshToken(config)).toBe(true);
  org.revokeAll();
  const error = getAuthError(await rejection(connection.query(QUERY)), connection);
  expect(error).toMatchObject({ code: 'REFRESH_TOKEN_INVALID', attempts: 0 });
});

test('a function that was never called cannot be forgotten, and that is told', async () => {
  const { org, config, manager } = await stage();
  const refreshToken = () => config.refreshToken;
  await manager.getConnection(config, refreshToken);
  for (const [app, other] of [
    [config, () => config.refreshToken],
    [{ ...config, clientId: 'another app' }, refreshToken],
  ]) {
    const error = thrown(() => manager.forgetRefreshToken(app, other));
    expect(error).toMatchObject(unknown);
    expect(error.message).toContain('pass the refresh token itself');
  }
  expect(org.stats().tokenRequests).toBe(1);
});

describe('in another manager', () => {
  test.each([
    ['a call', []],
    ['a call with options', [undefined, undefined, {}]],
  ])('%s begins anew', async (_, rest) => {
    const { org, config, manager } = await stage({ rotation: false });
    const other = listening();
    await manager.getConnection(config);
    const old = await other.getConnection(config);
    expect(manager.forgetRefreshToken(config)).toBe(true);
    const next = await other.getConnection(config, ...rest);
    expect(next).not.toBe(old);
    org.revokeAll();
    expect((await next.query(QUERY)).totalSize).toBe(1);
    const error = getAuthError(await rejection(old.query(QUERY)), old);
    expect(error).toHaveProperty('code', 'REFRESH_TOKEN_INVALID');
  });
});

describe('a Connection of a forgotten refresh token', () => {
  /** Ends in the typed error, and sends no refresh token. */
  async function ends(org, connection) {
    const { tokenRequests } = org.stats();
    org.revokeAll();
    for (let time = 0; time < 2; time += 1) {
      const error = getAuthError(await rejection(connection.query(QUERY)), connection);
      expect(error).toMatchObject({ code: 'REFRESH_TOKEN_INVALID', retryable: false, attempts: 0 });
    }
    expect(org.stats()).toMatchObject({ tokenRequests, refreshTokenReuses: 0 });
  }

  test('gets no token', async () => {
    const { org, config, manager } = await stage();
    const connection = await manager.getConnection(config);
    manager.forgetRefreshToken(config);
    await ends(org, connection);
  });

  test('gets no token by what the function reads by then', async () => {
    const { org, config, manager } = await stage();
    const refreshToken = jest.fn(() => config.refreshToken);
    const connection = await manager.getConnection(config, refreshToken);
    manager.forgetRefreshToken(config, refreshToken);
    refreshToken.mockImplementation(() => org.issueRefreshToken());
    await ends(org, connection);
    expect(refreshToken).toHaveBeenCalledTimes(1);
  });

  test('gets no token if the refresh token is forgotten while the function runs', async () => {
    const { org, config, manager } = await stage();
    let read = () => config.refreshToken;
    const refreshToken = () => read();
    const connection = await manager.getConnection(config, refreshToken);
    read = async () => {
      manager.forgetRefreshToken(config);
      return org.issueRefreshToken();
    };
    await ends(org, connection);
  });

  test('gets no token in another manager, which begins anew with what it is passed', async () => {
    const { org, config, manager } = await stage();
    const other = listening();
    const store = { token: config.refreshToken };
    const refreshToken = () => store.token;
    const ask = () => other.getConnection(config, refreshToken, 'prod');
    const connection = await ask();
    manager.forgetRefreshToken(config);
    await ends(org, connection);
    store.token = org.issueRefreshToken(); // the user has logged in again
    const next = await ask();
    expect(next).not.toBe(connection);
    expect((await next.query(QUERY)).totalSize).toBe(1);
    await ends(org, connection);
    expect(other.getCacheStats().total).toBe(1);
  });

  test('gets no token in another thread', async () => {
    const { org } = await stage();
    const { reports } = await runChild(
      `const { once } = require('node:events');
       const { Worker } = require('node:worker_threads');
       const program = \`
         const { parentPort, workerData } = require('node:worker_threads');
         const { SalesforceConnectionManager, getAuthError } = require(workerData.pkg);
         const manager = SalesforceConnectionManager.getInstance();
         (async () => {
           const connection = await manager.getConnection(workerData.config);
           parentPort.once('message', async () => {
             connection.accessToken = 'of nobody';
             const error = await connection.query('${QUERY}').catch((each) => each);
             parentPort.postMessage(getAuthError(error, connection)?.code);
           });
           parentPort.postMessage('connected');
         })();
       \`;
       const { pkg, oauth } = input;
       const worker = new Worker(program, { eval: true, workerData: { pkg, config: oauth } });
       await once(worker, 'message');
       report(load().SalesforceConnectionManager.getInstance().forgetRefreshToken(oauth));
       worker.postMessage('forgotten');
       report((await once(worker, 'message'))[0]);`,
      { input: { pkg: require.resolve('../..'), oauth: org.oauth } },
    );
    expect(reports).toEqual([true, 'REFRESH_TOKEN_INVALID']);
    expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
  });
});

test('it throws for what is no configuration', async () => {
  const { manager } = await stage();
  for (const config of [{}, null, { clientId: 'x', refreshToken: 1 }]) {
    expect(thrown(() => manager.forgetRefreshToken(config))).toBeInstanceOf(ConfigurationError);
  }
});
