'use strict';

// npm run setup: installs the npm packages and builds the addon. Quick when nothing has changed.

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
