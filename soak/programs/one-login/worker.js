'use strict';

// One thread of callers.

const { parentPort, workerData } = require('node:worker_threads');
const { getAccessToken } = require('../../..');

const { callers, gate } = workerData;

/** Waits until every thread has arrived: the gate then counts `opensAt`. */
function pass(opensAt) {
  Atomics.add(gate, 0, 1);
  Atomics.notify(gate, 0);
  for (let here = 0; here < opensAt; here = Atomics.load(gate, 0)) Atomics.wait(gate, 0, here);
}

async function outcomeOf(promise) {
  return promise.then(
    ({ accessToken }) => accessToken,
    ({ code }) => String(code),
  );
}

parentPort.on('message', async ({ config, opensAt, leaderLeaves }) => {
  const leader = new AbortController();
  const calls = [];
  // The leader’s call is the first of all. It is aborted when every call is made.
  if (leaderLeaves) calls.push(getAccessToken(config, { signal: leader.signal }));
  pass(opensAt);
  while (calls.length < callers) calls.push(getAccessToken(config));
  leader.abort();
  /** @type {Record<string, number>} */
  const counts = {};
  for (const outcome of await Promise.all(calls.map(outcomeOf))) {
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  parentPort.postMessage(counts);
});
parentPort.postMessage('ready');
