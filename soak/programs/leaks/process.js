'use strict';

// Makes hits and mints in rounds, and measures memory, threads and files.

const { readdirSync, readFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { JWTConnectionManager } = require('../../..');

const MANAGERS = 20;

/** Memory (MiB), threads and open files of the process at rest. */
async function holdings() {
  await sleep(200);
  globalThis.gc?.();
  const threads = /^Threads:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return {
    rss: process.memoryUsage().rss / 2 ** 20,
    threads: Number(threads?.[1]),
    files: readdirSync('/proc/self/fd').length,
  };
}

module.exports = {
  /** Calls in rounds. Measures before the first round and after each. */
  live: async ({ config, warmUp, rounds, hits, mints }) => {
    const managers = Array.from({ length: MANAGERS }, () => new JWTConnectionManager());
    const round = async () => {
      for (let left = mints; left > 0; left -= MANAGERS) {
        for (const manager of managers) manager.clearAllTokens();
        await Promise.all(managers.map((manager) => manager.getAccessToken(config)));
      }
      for (let left = hits; left > 0; left -= 1) await managers[0].getAccessToken(config);
    };
    for (let left = warmUp; left > 0; left -= 1) await round();
    const held = [await holdings()];
    for (let left = rounds; left > 0; left -= 1) {
      await round();
      held.push(await holdings());
    }
    return held;
  },
};
