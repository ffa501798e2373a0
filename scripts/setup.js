'use strict';

// Brings a fresh clone to where everything runs: npm packages and the addon. Quick when done before.

const { buildAddon } = require('./addon');
const { installDependencies } = require('./dependencies');
const { requireNode } = require('./toolchain');

async function setUp() {
  requireNode();
  await installDependencies();
  await buildAddon();
}

module.exports = { setUp };

if (require.main === module) {
  setUp().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
