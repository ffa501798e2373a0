'use strict';

const { withProgram } = require('./program.js');
const { startTokenServer } = require('./token-server.js');

const CALLS = { full: 20_000, short: 20_000 };
/** Seconds that the renewed token lives; its renewal comes in the last fifth of nine tenths. */
const LIFE = { full: 10, short: 3 };
/** The life an issuer grants, less a tenth, and for how long it is down after; in seconds. */
const DOWN = {
  full: { life: 100, down: 89 },
  short: { life: 3, down: 2.6 },
};
const DELAY = 200;
const ALLOWANCE = 50;

/** A renewal in the air, and an issuer that is down, are not felt. */
module.exports = async (scale) => {
  const { life, down } = DOWN[scale];
  const slow = await startTokenServer((number) => ({
    delay: number === 1 ? 0 : DELAY,
    fields: { expires_in: LIFE[scale] },
  }));
  const broken = await startTokenServer((number) =>
    number === 1 ? { fields: { expires_in: life } } : { status: 503 },
  );
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
    const attempts = broken.exchanges() - 1;
    const attemptsAllowed = Math.ceil((life * 0.2) / 30);
    const ok =
      timed.renewed &&
      during.p50 <= 2 * without.p50 + 5 &&
      during.p99 <= 2 * without.p99 + ALLOWANCE &&
      waited === 0 &&
      outage.failed === 0 &&
      attempts <= attemptsAllowed;
    return {
      promise: 'a renewal is not felt, nor an issuer that is down while the token lives',
      wanted: `calls during a renewal of ${DELAY} ms as fast as warm ones, 0 that wait; 0 errors, ≤ ${attemptsAllowed} attempt in ${down} s of outage`,
      measured: `warm ${describe(without)}; during ${describe(during)}, ${waited} waited; ${timed.renewed ? '' : 'the old token after it; '}${outage.failed} errors in ${outage.calls} calls, attempts: ${attempts}`,
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
