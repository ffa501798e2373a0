'use strict';

// Many callers on several threads, all calling at the same moment.

const { once } = require('node:events');
const { join } = require('node:path');
const { Worker } = require('node:worker_threads');

/** @type {Worker[]} */
let workers = [];
const gate = new Int32Array(new SharedArrayBuffer(4));

module.exports = {
  /** Starts `threads` threads with `callers` callers each. */
  start: async ({ threads, callers }) => {
    const workerData = { callers, gate };
    workers = Array.from(
      { length: threads },
      () => new Worker(join(__dirname, 'worker.js'), { workerData }),
    );
    await Promise.all(workers.map((worker) => once(worker, 'message')));
  },
  /** Makes all callers call at the same moment. Counts how many got each outcome. */
  call: async ({ config, leaderLeaves }) => {
    const opensAt = Atomics.load(gate, 0) + workers.length;
    const told = workers.map((worker) => once(worker, 'message'));
    for (const [number, worker] of workers.entries()) {
      worker.postMessage({ config, opensAt, leaderLeaves: leaderLeaves && number === 0 });
    }
    /** @type {Record<string, number>} */
    const counts = {};
    for (const [outcomes] of await Promise.all(told)) {
      for (const [outcome, count] of Object.entries(outcomes)) {
        counts[outcome] = (counts[outcome] ?? 0) + count;
      }
    }
    return counts;
  },
};
