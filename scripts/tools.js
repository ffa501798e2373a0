'use strict';

// Programs from crates.io that only checks need, each in one version, installed below target/tools.

const { join } = require('node:path');
const { ROOT, run } = require('./run');

const VERSIONS = {
  'cargo-deny': '0.20.2',
  'cargo-mutants': '27.1.0',
  'typos-cli': '1.52.0',
};
const FOLDER = join(ROOT, 'target/tools');

/**
 * Runs a program of a crate, and installs the crate first where this version of it is missing.
 *
 * @param {keyof typeof VERSIONS} crate
 * @param {string} program
 * @param {string[]} args
 */
async function runTool(crate, program, args) {
  // cargo does nothing where this version is installed.
  const wanted = ['--version', `=${VERSIONS[crate]}`, crate];
  await run('cargo', ['install', '--quiet', '--locked', '--root', FOLDER, ...wanted]);
  return run(join(FOLDER, 'bin', program), args);
}

module.exports = { runTool };
