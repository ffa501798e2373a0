'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const { JWTConnectionManager } = require('../..');

const BATCH = 1_000;

/** Takes the time of so many calls while `goesOn`; in microseconds. */
async function timeCalls(call, most, goesOn) {
  const times = [];
  while (times.length < most && goesOn()) {
    for (let left = BATCH; left > 0; left -= 1) {
      const started = process.hrtime.bigint();
      await call();
      times.push(Number(process.hrtime.bigint() - started) / 1_000);
    }
  }
  return times;
}

function distribution(times) {
  const sorted = Float64Array.from(times).sort();
  const at = (share) => sorted[Math.floor(share * (sorted.length - 1))];
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

module.exports = {
  /** Times calls without and with a renewal in the air, so many of each. */
  renewals: async ({ config, calls }) => {
    const manager = new JWTConnectionManager();
    const { accessToken } = await manager.getAccessToken(config);
    await manager.getConnection(config);
    const warm = manager.getConnection(config);
    let waited = 0;
    const call = () => {
      const answer = manager.getConnection(config);
      // A call that waits for nobody is given the promise that is kept.
      if (answer !== warm) waited += 1;
      return answer;
    };
    const isFlying = () => manager.getCacheStats().inFlight > 0;
    await timeCalls(call, calls, () => true); // until the code is compiled
    const without = [];
    const during = [];
    waited = 0;
    while (during.length < calls) {
      if (isFlying()) {
        // The last batch may outlast the flight.
        during.push(...(await timeCalls(call, calls - during.length, isFlying)));
      } else if (without.length < calls) {
        without.push(...(await timeCalls(call, calls - without.length, () => !isFlying())));
      }
      await call();
      await sleep(1);
    }
    while (isFlying()) await sleep(10);
    const renewed = (await manager.getAccessToken(config)).accessToken !== accessToken;
    return { without: distribution(without), during: distribution(during), waited, renewed };
  },
  /** Calls for so long, every few milliseconds; how many failed. */
  callsFor: async ({ config, ms }) => {
    const manager = new JWTConnectionManager();
    const end = performance.now() + ms;
    const outcome = { calls: 0, failed: 0 };
    while (performance.now() < end) {
      outcome.calls += 1;
      await manager.getAccessToken(config).catch(() => {
        outcome.failed += 1;
      });
      await sleep(2);
    }
    return outcome;
  },
};
