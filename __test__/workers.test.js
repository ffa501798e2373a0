'use strict';

const { runChild } = require('./support/child');
const { startOrg } = require('./support/orgs');
const { startTokenHost } = require('./support/token-host');

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

describe('the addon, loaded in a worker first', () => {
  /** Has a worker of its own, which is gone afterwards, ask for a token. */
  const ASK = `
    const { once } = require('node:events');
    const { Worker } = require('node:worker_threads');
    const ask = async () => {
      const worker = new Worker(\`
        const { parentPort, workerData } = require('node:worker_threads');
        const { getAccessToken } = require(workerData.pkg);
        getAccessToken(workerData.config).then((token) => parentPort.postMessage(token.accessToken));
      \`, { eval: true, workerData: input });
      const [[token]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
      return token;
    };`;

  test('serves another worker after the last one has gone, and then the main thread', async () => {
    const org = await startOrg();
    const input = { pkg: require.resolve('..'), config: org.config };
    const program = `${ASK}
      const tokens = [await ask(), await ask()];
      tokens.push((await load().getAccessToken(input.config)).accessToken);
      report([tokens.length, new Set(tokens).size]);`;
    const { code, reports, stderr } = await runChild(program, { input });
    expect({ code, reports, stderr }).toEqual({ code: 0, reports: [[3, 1]], stderr: '' });
    expect(org.stats().exchanges).toBe(1);
  });
});

test('a token that was cleared stays dead when another user’s token has taken its place', async () => {
  const { config } = await startOrg();
  const host = await startTokenHost((form) => {
    const claims = Buffer.from(form.get('assertion').split('.')[1], 'base64url');
    const { sub } = JSON.parse(claims.toString());
    return { access_token: `${sub}!${host.forms.length}`, instance_url: host.url };
  });
  const input = { pkg: require.resolve('..'), config: { ...config, instanceUrl: host.url } };
  const program = `
    const { once } = require('node:events');
    const { Worker } = require('node:worker_threads');
    const { getAccessToken, clearAllTokens } = load();
    const worker = new Worker(\`
      const { parentPort, workerData } = require('node:worker_threads');
      const { getAccessToken } = require(workerData.pkg);
      parentPort.on('message', async () => {
        const config = { ...workerData.config, username: 'in-the-worker' };
        parentPort.postMessage((await getAccessToken(config)).accessToken);
      });
    \`, { eval: true, workerData: input });
    const askWorker = async () => {
      worker.postMessage('token');
      return (await once(worker, 'message'))[0];
    };
    const first = await askWorker();
    clearAllTokens();
    const { accessToken } = await getAccessToken({ ...input.config, username: 'in-the-main-thread' });
    report([first, accessToken, await askWorker()]);
    await worker.terminate();`;
  const { reports, stderr } = await runChild(program, { input });
  expect(stderr).toBe('');
  expect(reports).toEqual([['in-the-worker!1', 'in-the-main-thread!2', 'in-the-worker!3']]);
});
