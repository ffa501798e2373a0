'use strict';

// npm run advisories: known faults in dependencies. It asks services on the network, so it is no part
// of `npm run check`: CI runs it by itself.

const { run } = require('./run');
const { one, runSteps } = require('./steps');
const { runTool } = require('./tools');

const LIMIT_MINUTES = 30;

const advisories = [
  ['npm audit', one(() => run('npm', ['audit', '--audit-level=high']))],
  [
    'cargo deny, advisories',
    one(() => runTool('cargo-deny', 'cargo-deny', ['--locked', 'check', 'advisories'])),
  ],
];

runSteps(advisories, LIMIT_MINUTES);
