'use strict';

const { runChild } = require('../support/child');
const { startOrg } = require('../support/orgs');
const { claimsOf, startTokenHost } = require('../support/token-host');

const QUERY = 'SELECT Id FROM Account LIMIT 1';

/** Workers that do what they are told, in a process of their own, and `ask` to tell them. */
const WORKERS = `
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
      leave: async () => parentPort.close(),
      fail: async () => pkg.getConnection({ ...workerData.config, username: 'nobody' }).then(
        () => 'no error',
        (error) => [error instanceof pkg.SalesforceAuthError, error.code],
      ),
    };
    parentPort.on('message', async (action) => parentPort.postMessage(await actions[action]()));
  \`;
  const start = (differences) => {
    const config = { ...input.config, ...differences };
    const worker = new Worker(program, { eval: true, workerData: { ...input, config } });
    worker.ask = async (action) => {
      worker.postMessage(action);
      return (await once(worker, action === 'leave' ? 'exit' : 'message'))[0];
    };
    return worker;
  };
  const revoke = (token) =>
    fetch(input.config.instanceUrl + '/services/oauth2/revoke', {
      method: 'POST',
      body: new URLSearchParams({ token }),
    });
`;

async function runWithWorkers(config, program) {
  const input = { pkg: require.resolve('../..'), config, query: QUERY };
  const child = await runChild(`${WORKERS}${program}`, { input, reportsTokens: true });
  expect({ code: child.code, stderr: child.stderr }).toEqual({ code: 0, stderr: '' });
  return child.reports;
}

/** The package in the main thread, and one worker. */
function runWithWorker({ config }, program) {
  const both = `const pkg = load(); const worker = start(); ${program}; await worker.terminate();`;
  return runWithWorkers(config, both);
}

describe('the tokens of getInstance', () => {
  test('an answer that a newer token has overtaken is not taken over', async () => {
    const org = await startOrg();
    let second;
    const isSecondHere = new Promise((resolve) => {
      second = resolve;
    });
    const host = await startTokenHost(async () => {
      const number = host.forms.length;
      if (number === 1) await isSecondHere;
      else setTimeout(second, 200);
      return { access_token: `token-${number}`, instance_url: org.instanceUrl };
    });
    const reports = await runWithWorker(
      { config: { ...org.config, instanceUrl: host.url } },
      `const first = pkg.getAccessToken(input.config);
       while (pkg.getCacheStats().requests === 0) await new Promise(setImmediate);
       await worker.ask('clear'); // of the source alone: this thread remembers its call
       const second = await pkg.getAccessToken(input.config);
       report([(await first).accessToken, second.accessToken]);
       report([(await pkg.getAccessToken(input.config)) === second]);`,
    );
    expect(reports).toEqual([['token-2', 'token-2'], [true]]);
  });

  test('fault 47: are shared by all threads: one request in all', async () => {
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
    expect(org.stats().tokenRequests).toBe(1);
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
    expect(org.stats()).toMatchObject({ tokenRequests: 2, rejected401: 1 });
  });

  test('refused in two threads at once, are renewed by one request', async () => {
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
    expect(org.stats().tokenRequests).toBe(2);
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
    expect(org.stats().tokenRequests).toBe(2);
  });

  test('fault 45: outlive the thread that asked for them', async () => {
    const org = await startOrg({ delay: 200 });
    const reports = await runWithWorker(
      org,
      `worker.ask('token');
       while (pkg.getCacheStats().inFlight === 0) await new Promise(setImmediate);
       await worker.terminate();
       report(typeof (await pkg.getAccessToken(input.config)).accessToken);`,
    );
    expect(reports).toEqual(['string']);
    expect(org.stats().tokenRequests).toBe(1);
  });
});

test('errors have their class in a worker too', async () => {
  const reports = await runWithWorker(await startOrg(), `report(await worker.ask('fail'));`);
  expect(reports).toEqual([[true, 'USER_NOT_APPROVED']]);
});

test('the addon, loaded in a worker first, serves another after the last has gone, and then the main thread', async () => {
  const org = await startOrg();
  const tokens = await runWithWorkers(
    org.config,
    `for (let time = 0; time < 2; time += 1) {
       const worker = start();
       report(await worker.ask('token'));
       await worker.ask('leave');
     }
     report((await load().getAccessToken(input.config)).accessToken);`,
  );
  expect(tokens).toHaveLength(3);
  expect(new Set(tokens).size).toBe(1);
  expect(org.stats().tokenRequests).toBe(1);
});

test('a token that was cleared stays dead when another user’s token has taken its place', async () => {
  const { config } = await startOrg();
  const host = await startTokenHost((form) => ({
    access_token: `${claimsOf(form).sub}!${host.forms.length}`,
    instance_url: host.url,
  }));
  const reports = await runWithWorkers(
    { ...config, instanceUrl: host.url },
    `const { getAccessToken, clearAllTokens } = load();
     const worker = start({ username: 'in-the-worker' });
     report(await worker.ask('token'));
     clearAllTokens();
     const config = { ...input.config, username: 'in-the-main-thread' };
     report((await getAccessToken(config)).accessToken);
     report(await worker.ask('token'));
     await worker.terminate();`,
  );
  expect(reports).toEqual(['in-the-worker!1', 'in-the-main-thread!2', 'in-the-worker!3']);
});
