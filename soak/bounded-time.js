'use strict';

const { startLocalOrg } = require('../testing');
const { withProgram } = require('./program.js');

const ROUNDS = { full: 20, short: 1 };
/** Milliseconds from the call to its deadline; none is the default of 8 s. */
const WITHIN = { full: [0, 600, 1_200, 2_500, 5_000, null], short: [600, 1_200, null] };
const DEFAULT = 8_000;
const TOLERANCE = 300;

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

/** Every fault, under every deadline, side by side. */
module.exports = async (scale) => {
  const orgs = await Promise.all(FAULTS.map(() => startLocalOrg()));
  for (const [index, fault] of FAULTS.entries()) orgs[index].inject(fault);
  try {
    return await withProgram('calls.js', async ({ ask }) => {
      let worst = { overrun: -Infinity, name: '' };
      let late = 0;
      let untyped = 0;
      const calls = orgs.flatMap(({ config }, index) =>
        WITHIN[scale].map((within) => ({ config, within, fault: FAULTS[index] })),
      );
      for (let round = 0; round < ROUNDS[scale]; round += 1) {
        for (const [index, { code, took }] of (await ask('callAll', calls)).entries()) {
          const { fault, within } = calls[index];
          const overrun = took - (within ?? DEFAULT);
          const name = `${fault.kind} in ${within ?? DEFAULT} ms`;
          if (overrun > worst.overrun) worst = { overrun, name };
          if (overrun > TOLERANCE) late += 1;
          if (code === 'undefined' || code === 'INTERNAL') untyped += 1;
        }
      }
      return {
        promise: `every call ends in time, under ${FAULTS.length} faults`,
        wanted: `0 calls later than deadline + ${TOLERANCE} ms`,
        measured: `${late} of ${calls.length * ROUNDS[scale]}, ${untyped} untyped; latest ${worst.overrun.toFixed(0)} ms after its deadline (${worst.name})`,
        ok: late === 0 && untyped === 0,
      };
    });
  } finally {
    await Promise.all(orgs.map((org) => org.close()));
  }
};
