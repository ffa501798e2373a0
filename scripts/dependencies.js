'use strict';

// Installs the npm packages of package-lock.json where they are missing.

const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { ROOT, run } = require('./run');

const packagesOf = (file) => JSON.parse(readFileSync(join(ROOT, file), 'utf8')).packages;

/** npm lists what it installed in node_modules/.package-lock.json, which it writes last. */
function installed() {
  if (!existsSync(join(ROOT, 'node_modules/.package-lock.json'))) return false;
  const present = packagesOf('node_modules/.package-lock.json');
  return Object.entries(packagesOf('package-lock.json')).every(
    ([path, { version, optional, devOptional }]) =>
      path === '' || optional || devOptional || present[path]?.version === version,
  );
}

async function installDependencies() {
  if (installed()) return;
  console.log('Installing the npm packages…');
  await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

module.exports = { installDependencies };
