'use strict';

// Times calls during a renewal, and makes calls during an outage.

const { setTimeout: sleep } = require('node:timers/promises');
const { JWTConnectionManager } = require('../../..');

const BATCH = 1_000;

/** Times calls, in microseconds: `most` of them, or until `goesOn` says no. */
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
  /** Times `calls` calls without a renewal in the air, and as many with one. */
  renewals: async ({ config, calls }) => {
    const manager = new JWTConnectionManager();
    const { accessToken } = await manager.getAccessToken(config);
    await manager.getConnection(config);
    const warm = manager.getConnection(config);
    let waited = 0;
    const call = () => {
      const answer = manager.getConnection(config);
      // A call that does not wait gets the stored promise.
      if (answer !== warm) waited += 1;
      return answer;
    };
    const isFlying = () => manager.getCacheStats().inFlight > 0;
    await timeCalls(call, calls, () => true); // V8 compiles the code meanwhile
    const without = [];
    const during = [];
    waited = 0;
    while (during.length < calls) {
      if (isFlying()) {
        // A batch may outlast the flight.
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
  /** Calls every few milliseconds for `ms` milliseconds. Counts the failures. */
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
