'use strict';

// Promise 5: a renewal delays no call, nor does an issuer that is down.

const { withProgram } = require('./program.js');
const { startTokenServer } = require('./token-server.js');

const CALLS = { full: 20_000, short: 20_000 };
/** Life of the renewed token in seconds. Nine tenths are used, and renewed in their last fifth. */
const LIFE = { full: 10, short: 3 };
/**
 * The life that an issuer grants, and how long the issuer is down after that; in seconds. The time
 * of the first renewal is drawn at random, and one to three attempts fit in. So there are several
 * issuers.
 */
const DOWN = {
  full: { life: 400, down: 358, issuers: 10 },
  short: { life: 3, down: 2.6, issuers: 1 },
};
/** Seconds between two attempts to renew, give or take the network. */
const APART = 30;
/** Milliseconds that a renewal takes. */
const DELAY = 200;
/** Microseconds by which a call may be slower during a renewal. `npm test` shares the machine. */
const ALLOWANCE = { full: { p50: 1, p99: 10 }, short: { p50: 5, p99: 50 } };

/** Times calls during renewals, and makes calls while the issuer is down. */
module.exports = async (scale) => {
  const { life, down, issuers } = DOWN[scale];
  const allowance = ALLOWANCE[scale];
  const slow = await startTokenServer((number) => ({
    delay: number === 1 ? 0 : DELAY,
    fields: { expires_in: LIFE[scale] },
  }));
  const broken = await Promise.all(Array.from({ length: issuers }, () => startBroken(life)));
  try {
    const [timed, outage] = await Promise.all([
      withProgram('renewal', ({ ask }) =>
        ask('renewals', { config: slow.config, calls: CALLS[scale] }),
      ),
      withProgram('renewal', ({ ask }) =>
        Promise.all(broken.map(({ config }) => ask('callsFor', { config, ms: down * 1_000 }))),
      ),
    ]);
    const { without, during, waited } = timed;
    const failed = outage.reduce((sum, each) => sum + each.failed, 0);
    const calls = outage.reduce((sum, each) => sum + each.calls, 0);
    const attempts = broken.map((each) => each.attempts.length);
    const apart = broken.flatMap((each) => gaps(each.attempts));
    const closest = Math.min(...apart);
    const ok =
      timed.renewed &&
      during.p50 <= without.p50 + allowance.p50 &&
      during.p99 <= without.p99 + allowance.p99 &&
      waited === 0 &&
      failed === 0 &&
      Math.min(...attempts) >= 1 &&
      closest > APART - 0.5 &&
      (scale === 'short' || apart.length > 0);
    return {
      promise: 'a renewal delays no call, nor does an issuer that is down while the token lives',
      wanted: `calls during a renewal of ${DELAY} ms at most ${allowance.p50} µs (p50) and ${allowance.p99} µs (p99) slower than warm ones, 0 that wait; in ${down} s of outage 0 errors, one attempt in ${APART} s`,
      measured: `warm ${describe(without)}; during ${describe(during)}, ${waited} waited; ${timed.renewed ? '' : 'the old token after it; '}${failed} errors in ${calls} calls, ${attempts} attempts${apart.length > 0 ? `, at least ${closest.toFixed(1)} s apart` : ''}`,
      ok,
    };
  } finally {
    slow.close();
    for (const each of broken) each.close();
  }
};

/** Starts an issuer that grants one token and is down afterwards. `attempts` are in seconds. */
async function startBroken(life) {
  const attempts = [];
  const server = await startTokenServer((number) => {
    if (number === 1) return { fields: { expires_in: life } };
    attempts.push(performance.now() / 1_000);
    return { status: 503 };
  });
  // tokenTtl must not end the token before the granted life does.
  return { ...server, config: { ...server.config, tokenTtl: 2 * DOWN.full.life }, attempts };
}

function gaps(times) {
  return times.slice(1).map((time, index) => time - times[index]);
}

function describe({ count, p50, p99, max }) {
  return `p50 / p99 / max ${[p50, p99, max].map((each) => each.toFixed(1)).join(' / ')} µs (n ${count})`;
}
