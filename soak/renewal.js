'use strict';

const { withProgram } = require('./program.js');
const { startTokenServer } = require('./token-server.js');

const CALLS = { full: 20_000, short: 20_000 };
/** Seconds that the renewed token lives; its renewal comes in the last fifth of nine tenths. */
const LIFE = { full: 10, short: 3 };
/**
 * The life an issuer grants, of which nine tenths are used, for how long it is down after, and how
 * many renewals at least that sees; in seconds. The full life leaves time for three.
 */
const DOWN = {
  full: { life: 400, down: 358, least: 2 },
  short: { life: 3, down: 2.6, least: 1 },
};
/** Seconds between two attempts to renew, but for what the network adds or takes. */
const APART = 30;
const DELAY = 200;
/** Microseconds that a call may take more during a renewal; `npm test` shares the machine. */
const ALLOWANCE = { full: { p50: 1, p99: 10 }, short: { p50: 5, p99: 50 } };

/** A renewal in the air, and an issuer that is down, are not felt. */
module.exports = async (scale) => {
  const { life, down, least } = DOWN[scale];
  const allowance = ALLOWANCE[scale];
  const slow = await startTokenServer((number) => ({
    delay: number === 1 ? 0 : DELAY,
    fields: { expires_in: LIFE[scale] },
  }));
  const attempts = [];
  const broken = await startTokenServer((number) => {
    if (number === 1) return { fields: { expires_in: life } };
    attempts.push(performance.now() / 1_000);
    return { status: 503 };
  });
  try {
    const [timed, outage] = await Promise.all([
      withProgram('hits.js', ({ ask }) =>
        ask('renewals', { config: slow.config, calls: CALLS[scale] }),
      ),
      withProgram('hits.js', ({ ask }) =>
        ask('callsFor', { config: broken.config, ms: down * 1_000 }),
      ),
    ]);
    const { without, during, waited } = timed;
    const apart = attempts.slice(1).map((at, index) => at - attempts[index]);
    const closest = Math.min(...apart);
    const ok =
      timed.renewed &&
      during.p50 <= without.p50 + allowance.p50 &&
      during.p99 <= without.p99 + allowance.p99 &&
      waited === 0 &&
      outage.failed === 0 &&
      attempts.length >= least &&
      closest > APART - 0.5;
    return {
      promise: 'a renewal is not felt, nor an issuer that is down while the token lives',
      wanted: `calls during a renewal of ${DELAY} ms at most ${allowance.p50} µs (p50) and ${allowance.p99} µs (p99) slower than warm ones, 0 that wait; in ${down} s of outage 0 errors, ≥ ${least} attempts, one in ${APART} s`,
      measured: `warm ${describe(without)}; during ${describe(during)}, ${waited} waited; ${timed.renewed ? '' : 'the old token after it; '}${outage.failed} errors in ${outage.calls} calls, ${attempts.length} attempts${apart.length > 0 ? `, ${apart.map((each) => each.toFixed(1)).join(' and ')} s apart` : ''}`,
      ok,
    };
  } finally {
    slow.close();
    broken.close();
  }
};

function describe({ count, p50, p99, max }) {
  return `p50 / p99 / max ${[p50, p99, max].map((each) => each.toFixed(1)).join(' / ')} µs (n ${count})`;
}
