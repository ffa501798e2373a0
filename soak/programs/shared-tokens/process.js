'use strict';

// Threads that share logins, and the sum of what they saw.

const { once } = require('node:events');
const { join } = require('node:path');
const { Worker } = require('node:worker_threads');

module.exports = {
  /** Lets threads share logins. Counts the tokens that no thread should have got. */
  share: async ({ threads, ...work }) => {
    const shared = () => new Int32Array(new SharedArrayBuffer(4 * work.logins.length));
    const workerData = { ...work, newest: shared(), oldest: shared() };
    const workers = Array.from(
      { length: threads },
      () => new Worker(join(__dirname, 'worker.js'), { workerData }),
    );
    const sum = {};
    for (const [seen] of await Promise.all(workers.map((worker) => once(worker, 'message')))) {
      for (const [name, count] of Object.entries(seen)) sum[name] = (sum[name] ?? 0) + count;
    }
    const tokens = Math.max(...workerData.newest);
    return { ...sum, tokens };
  },
};
