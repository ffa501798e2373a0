'use strict';

// Everything that must hold before a change is handed in: set-up, checks, tests.

const check = require('./check');
const { runSteps } = require('./steps');
const test = require('./test');

runSteps(
  [test.setUpStep, ...check.checks, ...test.tests],
  check.LIMIT_MINUTES + test.LIMIT_MINUTES,
);
