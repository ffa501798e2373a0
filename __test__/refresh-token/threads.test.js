'use strict';

const { runChild } = require('../support/child');
const { stage } = require('./support');

// In a process of its own: workers that log in, store what they are asked to store and tell of it.
// Those named `stuck` never finish storing.
const THREADS = `
  const { once } = require('node:events');
  const { Worker } = require('node:worker_threads');
  const program = \`
    const { parentPort, workerData } = require('node:worker_threads');
    const { SalesforceConnectionManager } = require(workerData.pkg);
    const manager = SalesforceConnectionManager.getInstance();
    const tell = (...message) => parentPort.postMessage(message);
    const onRefreshToken = (token) => {
      tell('keeping', token);
      return workerData.stuck ? new Promise(() => {}) : undefined;
    };
    const config = { ...workerData.config, onRefreshToken };
    manager.getConnection(config).then(
      (connection) => tell('connected', connection.accessToken),
      (error) => tell('refused', error.code),
    );
    setInterval(() => {}, 1000);
  \`;
  const { pkg, config } = input;
  const start = (stuck) => {
    const worker = new Worker(program, { eval: true, workerData: { pkg, config, stuck } });
    worker.told = [];
    worker.on('message', (message) => worker.told.push(message));
    return worker;
  };
  const told = async (worker, what) => {
    const find = () => worker.told.find(([name]) => name === what);
    while (!find()) await once(worker, 'message');
    return find()[1];
  };
`;

async function run(org, program) {
  const input = { pkg: require.resolve('../..'), config: org.oauth };
  const { code, stderr, reports } = await runChild(THREADS + program, { input });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return reports;
}

test('threads that log in at once share one request, and one of them stores', async () => {
  const { org } = await stage();
  const reports = await run(
    org,
    `const workers = [start(), start(), start()];
     const tokens = await Promise.all(workers.map((worker) => told(worker, 'connected')));
     report(new Set(tokens).size);
     report(workers.flatMap(({ told }) => told.filter(([name]) => name === 'keeping')).length);
     await Promise.all(workers.map((worker) => worker.terminate()));`,
  );
  expect(reports).toEqual([1, 1]);
  expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
});

test('fault 42: if a thread ends while it stores, the next that waits is asked', async () => {
  const { org } = await stage();
  const reports = await run(
    org,
    `const first = start(true);
     const token = await told(first, 'keeping');
     const second = start();
     await new Promise((resolve) => setTimeout(resolve, 200));
     report(second.told.length);
     await first.terminate();
     report((await told(second, 'keeping')) === token);
     report(typeof (await told(second, 'connected')));
     await second.terminate();`,
  );
  expect(reports).toEqual([0, true, 'string']);
  expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
});

test('if nobody waits when it ends, the next call is asked first', async () => {
  const { org } = await stage();
  const reports = await run(
    org,
    `const first = start(true);
     const token = await told(first, 'keeping');
     await first.terminate();
     const second = start();
     report((await told(second, 'keeping')) === token);
     await told(second, 'connected');
     await second.terminate();`,
  );
  expect(reports).toEqual([true]);
  expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
});
