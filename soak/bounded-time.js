'use strict';

// Promise 6: every call ends in its time, under every fault.

const { randomUUID } = require('node:crypto');
const { startLocalOrg } = require('../testing');
const { startDeadHosts } = require('./dead-hosts.js');
const { FAULTS } = require('./endpoint-faults.js');
const { withProgram } = require('./program.js');

const ROUNDS = { full: 10, short: 1 };
/** The functions of the package that are called, by their names in `programs/calls/process.js`. */
const WAYS = ['token', 'connection', 'refresh'];
/** Time limits of calls (ms): a deadline, the time left of a Lambda invocation, or none. */
const TOLD = {
  full: [
    ...[0, 600, 1_200, 2_500, 5_000].map((deadline) => ({ deadline })),
    ...[400, 1_500, 3_000, 30_000].map((left) => ({ left })),
    {},
  ],
  short: [{ deadline: 600 }, { deadline: 1_200 }, { left: 1_500 }, {}],
};
/** The time limits of the other ways in the short form. */
const TOLD_SHORTLY = [{ deadline: 1_200 }];
const LONGEST = 8_000;
/** Milliseconds that a call leaves to its caller. */
const MARGIN = 500;
const TOLERANCE = 300;
/** Milliseconds that the short form allows for a machine that is busy with other tests. */
const MOST_FORGIVEN = 500;
/** One fault is a wrong clock, and the package warns of it. */
const QUIETLY = { args: ['--no-warnings'] };

function budgetOf({ deadline, left }) {
  return Math.min(LONGEST, Math.max(0, (deadline ?? left ?? Infinity) - MARGIN));
}

/**
 * Measures how late the timers of this process are, in milliseconds. The calls are made in another
 * process: a delay there counts as late.
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
    /** Ends the watch. Returns the largest delay. */
    latest: () => {
      clearInterval(timer);
      return latest;
    },
  };
}

/**
 * A host with a fault.
 *
 * @typedef {object} Host
 * @property {string} kind
 * @property {(way: string) => object} configFor a refresh token is good for one config
 * @property {NodeJS.ProcessEnv} [env]
 * @property {() => unknown} close
 */

/** @returns {Promise<Host[]>} */
async function startHosts() {
  const orgs = await Promise.all(FAULTS.map(() => startLocalOrg()));
  const [{ config, oauth }] = orgs;
  const faulty = orgs.map((org, index) => {
    org.inject(FAULTS[index]);
    return {
      kind: FAULTS[index].kind,
      configFor: (way) =>
        way === 'refresh' ? { ...org.oauth, refreshToken: org.issueRefreshToken() } : org.config,
      close: () => org.close(),
    };
  });
  const dead = await startDeadHosts();
  return [
    ...faulty,
    ...dead.map(({ url, ...host }) => ({
      ...host,
      configFor: (way) =>
        way === 'refresh'
          ? { ...oauth, loginUrl: url, refreshToken: randomUUID() }
          : { ...config, instanceUrl: url },
    })),
  ];
}

/** The calls of one round: every host, every way, every time limit. */
function callsOf(hosts, scale) {
  return WAYS.flatMap((way) => {
    const times = scale === 'short' && way !== 'token' ? TOLD_SHORTLY : TOLD[scale];
    return hosts.flatMap(({ kind, configFor }) =>
      times.map((told) => {
        const budget = budgetOf(told);
        return { way, told, config: configFor(way), budget, name: `${way}, ${kind}, ${budget} ms` };
      }),
    );
  });
}

/** Calls every faulty host with every time limit, side by side. */
module.exports = async (scale) => {
  const hosts = await startHosts();
  const env = Object.assign({}, ...hosts.map((host) => host.env));
  try {
    return await withProgram(
      'calls',
      async ({ ask }) => {
        let worst = { overrun: -Infinity, name: '' };
        let [calls, late, untyped, lateness] = [0, 0, 0, 0];
        for (let round = 0; round < ROUNDS[scale]; round += 1) {
          const asked = callsOf(hosts, scale);
          const busy = watchTimers();
          const outcomes = await ask('callAll', asked);
          const behind = busy.latest();
          lateness = Math.max(lateness, behind);
          const forgiven = scale === 'short' ? Math.min(behind, MOST_FORGIVEN) : 0;
          for (const [index, { code, took }] of outcomes.entries()) {
            const { budget, name } = asked[index];
            const overrun = took - budget;
            if (overrun > worst.overrun) worst = { overrun, name };
            if (overrun > TOLERANCE + forgiven) late += 1;
            if (code === 'undefined' || code === 'INTERNAL') untyped += 1;
          }
          calls += outcomes.length;
        }
        return {
          promise: `every call ends in time, under ${hosts.length} faults, by ${WAYS.join(', ')}`,
          wanted: `0 calls later than min(8 s, deadline or remaining time − ${MARGIN} ms) + ${TOLERANCE} ms`,
          measured: `${late} of ${calls}, ${untyped} untyped; latest ${worst.overrun.toFixed(0)} ms after its time (${worst.name}), beside a bare timer ${lateness.toFixed(0)} ms late`,
          ok: late === 0 && untyped === 0,
        };
      },
      { ...QUIETLY, env },
    );
  } finally {
    await Promise.all(hosts.map((host) => host.close()));
  }
};
