'use strict';

// npm run ready: what CI does on this machine's Node.js. Set-up, checks, tests, committed types.

const check = require('./check');
const { run } = require('./run');
const { runSteps } = require('./steps');
const test = require('./test');

const committedTypes = [
  'native.d.ts as committed',
  async () => {
    await run('git', ['diff', '--exit-code', 'native.d.ts']);
    return { passed: 1, failed: 0 };
  },
];

runSteps(
  [test.setUpStep, ...check.checks, ...test.tests, committedTypes],
  check.LIMIT_MINUTES + test.LIMIT_MINUTES,
);
