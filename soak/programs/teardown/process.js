'use strict';

// Workers, environments and a process that end while requests are in the air.

const { once } = require('node:events');
const { join } = require('node:path');
const { Worker } = require('node:worker_threads');

// The main thread loads the package last. Until then, the addon loses its last environment when the
// last worker ends.

/** Starts a worker and waits until it has made its calls. */
async function startCaller(workerData) {
  const worker = new Worker(join(__dirname, 'worker.js'), { workerData });
  const [answer] = await once(worker, 'message');
  return { worker, answer };
}

module.exports = {
  /** Terminates workers with requests in the air. Returns what a worker that stays gets. */
  terminate: async ({ config, times, calls, within = 10 }) => {
    const staying = await startCaller({ config, calls: 0 });
    for (let time = 0; time < times; time += 1) {
      const { worker } = await startCaller({ config, calls, delay: Math.random() * within });
      await worker.terminate();
    }
    staying.worker.postMessage('ask');
    const [code] = await once(staying.worker, 'message');
    await staying.worker.terminate();
    return code;
  },
  /**
   * Ends the last environment, by exit and by termination in turn, and starts a new one. Counts the
   * new environments that got a token. The main thread is the very last.
   */
  reload: async ({ config, slow, times }) => {
    let granted = 0;
    for (let time = 0; time < times; time += 1) {
      const leaving = await startCaller({ config: slow, calls: 3 });
      const gone = once(leaving.worker, 'exit');
      if (time % 2 === 0) leaving.worker.postMessage('leave');
      else await leaving.worker.terminate();
      await gone;
      const { worker, answer } = await startCaller({ config, calls: 0, asks: true });
      if (answer === 'granted') granted += 1;
      await worker.terminate();
    }
    const { getAccessToken } = require('../../..');
    const { accessToken } = await getAccessToken(config);
    if (accessToken !== undefined) granted += 1;
    return granted;
  },
  /** Ends the process while requests are in the air. */
  exit: async ({ config, calls, code }) => {
    const { JWTConnectionManager } = require('../../..');
    for (let call = 0; call < calls; call += 1) {
      new JWTConnectionManager().getAccessToken(config).catch(() => {});
    }
    setTimeout(() => process.exit(code), Math.random() * 20);
  },
};
