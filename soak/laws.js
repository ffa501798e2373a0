'use strict';

// The laws in Rust, on the release build. A law prints a line for each promise that it measured.

const { run } = require('../scripts/run.js');

const MILLION = 1_000_000;

/**
 * Promises that laws measure, in the order of docs/reliability.md. `figures`: what the lines must
 * say, and the least number in each.
 *
 * @type {Record<number, { promise: string, wanted: string, figures: [RegExp, number][] }>}
 */
const PROMISES = {
  1: {
    promise: 'no dead token under four clock models',
    wanted: '0 of 1,000,000 reads',
    figures: [[/^0 dead tokens in (\d+) reads under 4 clock models/, MILLION]],
  },
  9: {
    promise: 'no spent refresh token is presented again',
    wanted: '0 reuses in 10,000 schedules',
    figures: [[/^0 reuses in (\d+) schedules/, 10_000]],
  },
  11: {
    promise: 'what was cleared or invalidated does not come back',
    wanted: '0 in 10,000 races of each',
    figures: [
      [/^0 resurrected tokens in (\d+) races of clear/, 10_000],
      [/^0 resurrected tokens and 0 lost successors in (\d+) races of invalidate/, 10_000],
      [/^0 of (\d+) forgotten refresh tokens gave anything/, 10_000],
    ],
  },
  12: {
    promise: 'stats are exact',
    wanted: '0 mismatches in 10,000 checks',
    figures: [[/^0 mismatches in (\d+) checks/, 10_000]],
  },
  13: {
    promise: 'newcomers in a full cache are kept',
    wanted: '0 repeated logins for 1,000',
    figures: [[/^0 repeated logins for (\d+) newcomers/, 1_000]],
  },
  14: {
    promise: 'configurations that differ in one field share no token',
    wanted: '0 of 100,000 pairs',
    figures: [[/^0 shared names in (\d+) pairs/, 100_000]],
  },
  17: {
    promise: 'tokens go to proven hosts only',
    wanted: '60 hostile URLs refused, 20 good accepted',
    figures: [
      [/^(\d+) of \1 hostile URLs refused in an answer/, 60],
      [/; (\d+) of \1 good ones accepted/, 20],
    ],
  },
  19: {
    promise: 'a panic is contained',
    wanted: 'INTERNAL in a flight, 0 wedged keys, the next call works',
    figures: [
      [/^a transport that panics in (\d+) places: INTERNAL/, 2],
      [/: (\d+) INTERNAL in the flight, \d+ thrown .*, 0 wedged keys, the next call works/, 4],
    ],
  },
  21: {
    promise: 'hostile bytes cannot crash',
    wanted:
      '0 in 1,000,000 URLs of each kind and keys, 100,000 answers and headers; ≤ 1 MiB of memory',
    figures: [
      [/^0 panics, 0 leaks in (\d+) configured URLs/, MILLION],
      [/^0 panics, 0 leaks in (\d+) instance URLs/, MILLION],
      [/^0 panics, 0 leaks in (\d+) private keys/, MILLION],
      [/^0 panics, 0 leaks in (\d+) token responses/, 100_000],
      [/^0 panics, 0 leaks in (\d+) Retry-After and Date headers/, 100_000],
      [/^at most \d+ KiB of memory for inputs of (\d+) KiB/, 64],
    ],
  },
  22: {
    promise: 'one flight for each key, no retired number alive',
    wanted: '0 in 1,000,000 joins, 100,000 schedules, and all orders with 3 preemptions',
    figures: [
      [/^(\d+) joins by \d+ threads, .*0 lost or wedged callers/, MILLION],
      [/^(\d+) schedules of the flight map: 0 double flights, 0 wedged keys/, 100_000],
      [/^a reader never sees .* orders with (\d+) preemptions/, 3],
      [/^a retired number .* orders with (\d+) preemptions/, 3],
      [/^a slot is given out .* orders with (\d+) preemptions/, 3],
      [/^one reader is asked .* orders with (\d+) preemptions/, 3],
    ],
  },
};

const LAWS = ['test', '--release', '--locked', '--no-default-features', '--test', 'laws'];
const SCHEDULES = [
  ['test', '--locked', '--manifest-path', 'tests/schedules/Cargo.toml'],
  ['--target-dir', 'target/schedules', '--test', 'flights', '--test', 'tickets'],
].flat();

module.exports = async (scale) => {
  if (scale === 'full') process.env.SOAK = '1';
  const runs = [];
  for (const test of [LAWS, SCHEDULES]) runs.push(await cargo([...test, '--', '--nocapture']));
  const lines = runs.flatMap(({ output }) => [...output.matchAll(/^promise (\d+): (.*)$/gm)]);
  const failed = runs.flatMap(({ output }) => output.match(/^test .* FAILED$/gm) ?? []);
  const ok = runs.every((one) => one.ok);
  return Object.entries(PROMISES).map(([number, { promise, wanted, figures }]) => {
    const told = lines.filter((line) => line[1] === number).map((line) => line[2]);
    const measured = [...told, ...failed].join('; ') || 'the short form, without figures';
    const reached = figures.every(([figure, least]) =>
      told.some((line) => count(line, figure) >= least),
    );
    return {
      number: Number(number),
      promise,
      wanted,
      measured,
      ok: ok && (scale !== 'full' || reached),
    };
  });
};

/** The number of a figure in a line. */
function count(line, figure) {
  return Number(figure.exec(line)?.[1]);
}

async function cargo(args) {
  try {
    return { ok: true, output: await run('cargo', args) };
  } catch (error) {
    return { ok: false, output: `${error.output ?? ''}\n${error.message}` };
  }
}
