'use strict';

const { randomUUID } = require('node:crypto');
const { startLocalOrg } = require('../testing');
const { startDeadHosts } = require('./dead-hosts.js');
const { FAULTS } = require('./endpoint-faults.js');
const { withProgram } = require('./program.js');

const ROUNDS = { full: 10, short: 1 };
/** The functions of the package that are called, by their names in `programs/calls.js`. */
const WAYS = ['token', 'connection', 'refresh'];
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
/** Those that the other ways are told in the short form. */
const TOLD_SHORTLY = [{ deadline: 1_200 }];
const LONGEST = 8_000;
/** Left to the caller for an answer of its own. */
const MARGIN = 500;
const TOLERANCE = 300;
/** What the short form forgives a machine that is busy with other tests. */
const MOST_FORGIVEN = 500;
/** One of the faults is a clock that is wrong, of which the package warns. */
const QUIETLY = { args: ['--no-warnings'] };

function budgetOf({ deadline, left }) {
  return Math.min(LONGEST, Math.max(0, (deadline ?? left ?? Infinity) - MARGIN));
}

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

/**
 * A host to call, and what is wrong with it.
 *
 * @typedef {object} Host
 * @property {string} kind
 * @property {(way: string) => object} configFor a refresh token is good for one call
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

/** A round of calls: every host, in every way, told of every time. */
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

/** Every fault, under every deadline, side by side. */
module.exports = async (scale) => {
  const hosts = await startHosts();
  const env = Object.assign({}, ...hosts.map((host) => host.env));
  try {
    return await withProgram(
      'calls.js',
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
