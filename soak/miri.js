'use strict';

// Promise 22: Miri over the rooms that call no C code. It checks every access to memory, atomic
// words included. Keys are parsed by C code (AWS-LC), which Miri cannot run. Needs a nightly
// compiler with miri.

const { spawnSync } = require('node:child_process');
const { run } = require('../scripts/run.js');

/** Numbers of cases. Each case takes seconds in Miri. */
const CASES = {
  full: { PROPTEST_CASES: '4', SOAK_CASES: '160' },
  short: { PROPTEST_CASES: '1', SOAK_CASES: '16' },
};
const MIRIFLAGS = '-Zmiri-disable-isolation -Zmiri-ignore-leaks';
const MIRI = ['+nightly', 'miri', 'test', '--locked', '--no-default-features'];
const TARGET = ['--target-dir', 'target/miri'];

/** Test filters, and the least number of tests that each must find. */
const PARTS = [
  {
    tests: [
      '--lib',
      '--',
      'cache::deadlines::',
      'life::',
      'failure::',
      'clock::tests::any',
      'oauth_error',
      'response::',
      'words',
    ],
    least: 20,
  },
  { tests: ['--test', 'laws', '--', 'interleavings'], least: 1 },
];

module.exports = async (scale) => {
  const least = PARTS.reduce((sum, part) => sum + part.least, 0);
  const promise =
    'nor does Miri find fault with the atomic words, the flights and what reads answers';
  const wanted = `0 findings in ≥ ${least} tests`;
  if (spawnSync('cargo', ['+nightly', 'miri', '--version']).status !== 0) {
    return { promise, wanted, skipped: 'no miri (rustup +nightly component add miri)' };
  }
  const env = { ...CASES[scale], MIRIFLAGS };
  const passed = [];
  let isClean = true;
  for (const { tests, least } of PARTS) {
    // A finding of Miri ends the program before it prints a result.
    const { output, ended } = await run('cargo', [...MIRI, ...TARGET, ...tests], { env }).then(
      (output) => ({ output, ended: true }),
      (error) => ({ output: String(error.output ?? error), ended: false }),
    );
    passed.push(Number(/^test result: ok\. (\d+) passed/m.exec(output)?.[1] ?? 0));
    isClean &&= ended && passed.at(-1) >= least;
  }
  return {
    promise,
    wanted,
    measured: `${isClean ? 'clean' : 'not clean'}: ${passed.join(' + ')} tests passed`,
    ok: isClean,
  };
};
