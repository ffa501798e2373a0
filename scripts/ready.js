'use strict';

// Everything that must hold before a change is handed in: set-up, checks, tests.

const { checks } = require('./check');
const { runSteps } = require('./steps');
const { setUpStep, tests } = require('./test');

runSteps([setUpStep, ...checks, ...tests]);
