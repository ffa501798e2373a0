'use strict';

// The npm packages this project is developed with, as package-lock.json names them.

const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { ROOT, run } = require('./run');

const packagesOf = (file) => JSON.parse(readFileSync(join(ROOT, file), 'utf8')).packages;

/** npm writes what it installed to node_modules/.package-lock.json, as its last act. */
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
