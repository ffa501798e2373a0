'use strict';

const { runChild } = require('./support/child');
const { startOrg } = require('./support/orgs');

const QUERY = 'SELECT Id FROM Account LIMIT 1';

/** A worker that does what it is told, in a process of its own, and `ask` to tell it. */
const WORKER = `
  const { once } = require('node:events');
  const { Worker } = require('node:worker_threads');
  const program = \`
    const { parentPort, workerData } = require('node:worker_threads');
    const pkg = require(workerData.pkg);
    let connection;
    const actions = {
      token: async () => (await pkg.getAccessToken(workerData.config)).accessToken,
      connect: async () => {
        connection = await pkg.getConnection(workerData.config);
        return connection.accessToken;
      },
      query: async () => (await connection.query(workerData.query)).totalSize,
      carried: async () => connection.accessToken,
      stats: async () => pkg.getCacheStats(),
      clear: async () => pkg.clearAllTokens(),
      fail: async () => pkg.getConnection({ ...workerData.config, username: 'nobody' }).then(
        () => 'no error',
        (error) => [error instanceof pkg.SalesforceAuthError, error.code],
      ),
    };
    parentPort.on('message', async (action) => parentPort.postMessage(await actions[action]()));
  \`;
  const pkg = load();
  const workerData = { pkg: input.pkg, config: input.config, query: input.query };
  const start = () => {
    const worker = new Worker(program, { eval: true, workerData });
    worker.ask = async (action) => {
      worker.postMessage(action);
      return (await once(worker, 'message'))[0];
    };
    return worker;
  };
  const worker = start();
  const revoke = (token) =>
    fetch(input.config.instanceUrl + '/services/oauth2/revoke', {
      method: 'POST',
      body: new URLSearchParams({ token }),
    });
`;

async function runWithWorker(org, program) {
  const input = { pkg: require.resolve('..'), config: org.config, query: QUERY };
  const child = await runChild(`${WORKER}${program}\nawait worker.terminate();`, { input });
  expect({ code: child.code, stderr: child.stderr }).toEqual({ code: 0, stderr: '' });
  return child.reports;
}

describe('the tokens of getInstance', () => {
  test('are shared by all threads: one exchange in all', async () => {
    const org = await startOrg();
    const reports = await runWithWorker(
      org,
      `const second = start();
       report(await Promise.all([
         pkg.getAccessToken(input.config).then((token) => token.accessToken),
         worker.ask('token'), worker.ask('connect'), second.ask('connect'),
       ]));
       report([pkg.getCacheStats().mints, (await second.ask('stats')).mints]);
       await second.terminate();`,
    );
    expect(new Set(reports[0]).size).toBe(1);
    expect(reports[1]).toEqual([1, 1]);
    expect(org.stats().exchanges).toBe(1);
  });

  test('renewed after a 401 in one thread, are what the other is given next', async () => {
    const org = await startOrg();
    const reports = await runWithWorker(
      org,
      `const connection = await pkg.getConnection(input.config);
       const first = await worker.ask('connect');
       report(first === connection.accessToken);
       await revoke(first);
       report(await worker.ask('query'));
       const renewed = await worker.ask('carried');
       report(renewed !== first);
       report((await pkg.getConnection(input.config)) === connection);
       report(connection.accessToken === renewed);
       report((await connection.query(input.query)).totalSize);`,
    );
    expect(reports).toEqual([true, 1, true, true, true, 1]);
    expect(org.stats()).toMatchObject({ exchanges: 2, rejected401: 1 });
  });

  test('refused in two threads at once, are renewed by one exchange', async () => {
    const org = await startOrg();
    const reports = await runWithWorker(
      org,
      `const connection = await pkg.getConnection(input.config);
       await worker.ask('connect');
       await revoke(connection.accessToken);
       const here = connection.query(input.query);
       report([await worker.ask('query'), (await here).totalSize]);
       report((await worker.ask('carried')) === connection.accessToken);`,
    );
    expect(reports).toEqual([[1, 1], true]);
    expect(org.stats().exchanges).toBe(2);
  });

  test('cleared by one thread, are gone in the other', async () => {
    const org = await startOrg();
    const reports = await runWithWorker(
      org,
      `await worker.ask('token');
       report(pkg.clearAllTokens());
       report((await worker.ask('stats')).total);
       await worker.ask('token');
       report(await worker.ask('clear'));`,
    );
    expect(reports).toEqual([1, 0, 1]);
    expect(org.stats().exchanges).toBe(2);
  });

  test('outlive the thread that asked for them', async () => {
    const org = await startOrg({ delay: 200 });
    const reports = await runWithWorker(
      org,
      `worker.ask('token');
       while (pkg.getCacheStats().inFlight === 0) await new Promise(setImmediate);
       await worker.terminate();
       report(typeof (await pkg.getAccessToken(input.config)).accessToken);`,
    );
    expect(reports).toEqual(['string']);
    expect(org.stats().exchanges).toBe(1);
  });
});

test('errors have their class in a worker too', async () => {
  const reports = await runWithWorker(await startOrg(), `report(await worker.ask('fail'));`);
  expect(reports).toEqual([[true, 'USER_NOT_APPROVED']]);
});
