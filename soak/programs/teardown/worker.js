'use strict';

// A worker that has requests in the air when it ends.

const { setTimeout: sleep } = require('node:timers/promises');
const { parentPort, workerData } = require('node:worker_threads');
const { JWTConnectionManager } = require('../../..');

const { config, calls, asks = false, delay = 0 } = workerData;

function ask() {
  return new JWTConnectionManager().getAccessToken(config).then(
    () => 'granted',
    ({ code }) => String(code),
  );
}

async function main() {
  for (let call = 0; call < calls; call += 1) ask();
  // After the delay, some answers are on their way back.
  if (delay > 0) await sleep(delay);
  parentPort.postMessage(asks ? await ask() : 'called');
  parentPort.on('message', async (order) => {
    if (order === 'leave') process.exit();
    parentPort.postMessage(await ask());
  });
}

main();
