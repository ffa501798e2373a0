'use strict';

// node run-session-scenarios.js <module name of a jsforce>: runs every scenario, ends with 0 or 1.

const pkg = require('../..');
const { startLocalOrg } = require('../../testing');
const { names, runScenario } = require('./session-scenarios');

async function main() {
  const { Connection } = require(process.argv[2]);
  for (const name of names) {
    try {
      await runScenario(name, Connection, pkg, startLocalOrg);
      console.log(`ok ${name}`);
    } catch (error) {
      console.log(`FAILED ${name}: ${error.stack}`);
      process.exitCode = 1;
    }
  }
}

main();
