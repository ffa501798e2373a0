'use strict';

// npm run mutants [-- --shard 0/6]: changes the rooms that .cargo/mutants.toml names, one place at a
// time, and shows which changes no Rust test notices. It takes hours, so it is no part of npm test.

const { join } = require('node:path');
const { ROOT } = require('./run');
const { runTool } = require('./tools');

// The same cases in each run, so that a mutant is caught or missed for its own sake.
process.env.PROPTEST_RNG_SEED ??= '1';

const OUTPUT = ['--output', join(ROOT, 'target')];

runTool('cargo-mutants', 'cargo-mutants', ['mutants', ...OUTPUT, ...process.argv.slice(2)]).catch(
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
