'use strict';

// The laws in Rust, on the release build: each prints a line for each promise that it keeps.

const { run } = require('../scripts/run.js');

/** Promises that laws keep, in the order of RELIABILITY.md. */
const PROMISES = {
  1: ['no dead token under four clock models', '0 of 1,000,000 reads'],
  11: ['what was cleared or invalidated does not come back', '0 in 10,000 races'],
  12: ['stats are exact', '0 mismatches in 10,000 checks'],
  13: ['newcomers in a full cache are kept', '0 repeated logins for 1,000'],
  14: ['configurations that differ in one field share no token', '0 of 100,000 pairs'],
  17: ['tokens go to proven hosts only', '60 hostile URLs refused, 20 good accepted'],
  19: ['a panic is contained', 'typed, the next call works'],
  21: ['hostile bytes cannot crash', '0 in 1,000,000 cases, ≤ 1 MiB of memory'],
  22: [
    'one flight for each key, no retired number alive',
    '0 in 100,000 schedules and 3 preemptions',
  ],
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
  return Object.entries(PROMISES).map(([number, [promise, wanted]]) => {
    const figures = lines.filter((line) => line[1] === number).map((line) => line[2]);
    const measured = [...figures, ...failed].join('; ') || 'the short form, without figures';
    return {
      number,
      promise,
      wanted,
      measured,
      ok: ok && (scale !== 'full' || figures.length > 0),
    };
  });
};

async function cargo(args) {
  try {
    return { ok: true, output: await run('cargo', args) };
  } catch (error) {
    return { ok: false, output: `${error.output ?? ''}\n${error.message}` };
  }
}
