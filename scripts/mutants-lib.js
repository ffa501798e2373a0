'use strict';

// npm run mutants:lib [-- --mutate lib/tokens/*.js]: changes lib/, one place at a time, and shows which
// changes no Jest test notices. It takes hours, so it is no part of npm test.
//
// StrykerJS is no devDependency, because it brings 168 packages that nothing else needs. Version 9 is
// the last one for Node.js 20. Tests that measure time need a machine that does nothing else.

const { existsSync, mkdirSync } = require('node:fs');
const { join } = require('node:path');
const { ROOT, run } = require('./run');
const { setUp } = require('./setup');

const VERSION = '9.6.1';
const FOLDER = join(ROOT, 'target/stryker', VERSION);
const PROGRAM = join(FOLDER, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const CONFIG = join(__dirname, 'mutants/lib.json');

async function installStryker() {
  if (existsSync(PROGRAM)) return;
  mkdirSync(FOLDER, { recursive: true });
  const packages = ['core', 'jest-runner'].map((name) => `@stryker-mutator/${name}@${VERSION}`);
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', ['install', '--prefix', FOLDER, ...options, ...packages], { cwd: FOLDER });
}

async function main() {
  await setUp();
  await installStryker();
  await run(process.execPath, [PROGRAM, 'run', CONFIG, ...process.argv.slice(2)]);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
