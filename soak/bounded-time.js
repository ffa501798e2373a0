'use strict';

const { startLocalOrg } = require('../testing');
const { withProgram } = require('./program.js');

const ROUNDS = { full: 20, short: 1 };
/**
 * What a call is told of its time, in milliseconds: a deadline, or what is left of a Lambda's
 * invocation; or nothing.
 */
const TOLD = {
  full: [
    ...[0, 600, 1_200, 2_500, 5_000].map((deadline) => ({ deadline })),
    ...[400, 1_500, 3_000, 30_000].map((left) => ({ left })),
    {},
  ],
  short: [{ deadline: 600 }, { deadline: 1_200 }, { left: 1_500 }, {}],
};
const LONGEST = 8_000;
/** Left to the caller for an answer of its own. */
const MARGIN = 500;
const TOLERANCE = 300;
/** One of the faults is a clock that is wrong, of which the package warns. */
const QUIETLY = { args: ['--no-warnings'] };

function budgetOf({ deadline, left }) {
  return Math.min(LONGEST, Math.max(0, (deadline ?? left ?? Infinity) - MARGIN));
}

/** @type {import('../testing').Fault[]} */
const FAULTS = [
  { kind: 'hang' },
  { kind: 'slow-body', bytesPerSecond: 1 },
  { kind: 'huge-body' },
  { kind: 'reset' },
  { kind: 'close' },
  { kind: 'html', status: 200 },
  { kind: 'html', status: 502 },
  { kind: 'echo-request' },
  { kind: 'truncated-json' },
  { kind: 'missing-access-token' },
  { kind: 'access-token', value: 'a\r\nb' },
  { kind: 'instance-url', value: 'https://evil.example' },
  { kind: 'redirect', status: 307, location: 'http://127.0.0.1:9/' },
  { kind: 'unavailable' },
  { kind: 'unavailable', retryAfter: 1 },
  { kind: 'rate-limited' },
  { kind: 'rate-limited', retryAfter: 2 },
  { kind: 'rate-limited', retryAfter: 3_600 },
  { kind: 'unavailable', retryAfter: 'Fri, 01 Jan 2100 00:00:00 GMT' },
  { kind: 'delay', ms: 500 },
  { kind: 'delay', ms: 3_900 },
  { kind: 'delay', ms: 10_000 },
  { kind: 'oauth-error', error: 'invalid_grant', errorDescription: 'invalid assertion' },
  { kind: 'error-in-200', error: 'unknown_error', errorDescription: 'retry your request' },
  { kind: 'date-skew', seconds: 3_600 },
  { kind: 'inactive-org' },
];

/**
 * How late the timers of this process are, in milliseconds: the calls are made in another one, and
 * what holds that one up counts.
 */
function watchTimers() {
  const EVERY = 20;
  let latest = 0;
  let due = performance.now() + EVERY;
  const timer = setInterval(() => {
    latest = Math.max(latest, performance.now() - due);
    due = performance.now() + EVERY;
  }, EVERY);
  return {
    /** Ends the watch. */
    latest: () => {
      clearInterval(timer);
      return latest;
    },
  };
}

/** Every fault, under every deadline, side by side. */
module.exports = async (scale) => {
  const orgs = await Promise.all(FAULTS.map(() => startLocalOrg()));
  for (const [index, fault] of FAULTS.entries()) orgs[index].inject(fault);
  try {
    return await withProgram(
      'calls.js',
      async ({ ask }) => {
        let worst = { overrun: -Infinity, name: '' };
        let late = 0;
        let untyped = 0;
        const calls = orgs.flatMap(({ config }, index) =>
          TOLD[scale].map((told) => ({
            config,
            told,
            budget: budgetOf(told),
            fault: FAULTS[index],
          })),
        );
        for (let round = 0; round < ROUNDS[scale]; round += 1) {
          const busy = watchTimers();
          const outcomes = await ask('callAll', calls);
          const lateness = busy.latest();
          // Beside other tests, the machine may be late for everybody.
          const tolerance = TOLERANCE + (scale === 'short' ? lateness : 0);
          for (const [index, { code, took }] of outcomes.entries()) {
            const { fault, budget } = calls[index];
            const overrun = took - budget;
            const name = `${fault.kind}, ${budget} ms`;
            if (overrun > worst.overrun) worst = { overrun, name };
            if (overrun > tolerance) late += 1;
            if (code === 'undefined' || code === 'INTERNAL') untyped += 1;
          }
        }
        return {
          promise: `every call ends in time, under ${FAULTS.length} faults`,
          wanted: `0 calls later than min(8 s, deadline or remaining time − ${MARGIN} ms) + ${TOLERANCE} ms`,
          measured: `${late} of ${calls.length * ROUNDS[scale]}, ${untyped} untyped; latest ${worst.overrun.toFixed(0)} ms after its time (${worst.name})`,
          ok: late === 0 && untyped === 0,
        };
      },
      QUIETLY,
    );
  } finally {
    await Promise.all(orgs.map((org) => org.close()));
  }
};
