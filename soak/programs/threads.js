'use strict';

const { once } = require('node:events');
const { join } = require('node:path');
const { Worker } = require('node:worker_threads');

// Workers load the package first: until the main thread does, the last environment of the addon goes
// when the last worker ends.

/** A worker that has called for a token, so many times. */
async function startCaller(workerData) {
  const worker = new Worker(join(__dirname, 'token-thread.js'), { workerData });
  const [answer] = await once(worker, 'message');
  return { worker, answer };
}

module.exports = {
  /** Ends workers abruptly, with requests in the air, beside one that stays. */
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
   * Lets the last environment go, in turn by itself and abruptly; how many new ones got a token.
   * The very last is that of the main thread.
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
    const { getAccessToken } = require('../..');
    const { accessToken } = await getAccessToken(config);
    if (accessToken !== undefined) granted += 1;
    return granted;
  },
  /** Ends the process while requests are in the air. */
  exit: async ({ config, calls, code }) => {
    const { JWTConnectionManager } = require('../..');
    for (let call = 0; call < calls; call += 1) {
      new JWTConnectionManager().getAccessToken(config).catch(() => {});
    }
    setTimeout(() => process.exit(code), Math.random() * 20);
  },
};
