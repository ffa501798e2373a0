'use strict';

// The Node.js versions that the package supports, each as a path to its program. A version other than
// the running one is installed below target/ from the npm package that carries it for this platform.
// `npm install node` would fetch the same package in an install script.

const { execFileSync } = require('node:child_process');
const { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } = require('node:fs');
const { join } = require('node:path');
const { ROOT } = require('./run');

const VERSIONS = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0' };
const WINDOWS = process.platform === 'win32';
const FOLDER = join(ROOT, 'target/node-versions');

function packageName() {
  const platform = `${WINDOWS ? 'win' : process.platform}-${process.arch}`;
  return platform === 'darwin-arm64' ? `node-bin-${platform}` : `node-${platform}`;
}

/** Installs beside the place and then renames, because two test files may ask at the same time. */
function install(version, place) {
  mkdirSync(FOLDER, { recursive: true });
  const draft = mkdtempSync(join(FOLDER, 'draft-'));
  const wanted = `${packageName()}@${version}`;
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', '--prefix', draft, ...options, wanted], {
    cwd: draft,
    shell: WINDOWS,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    renameSync(draft, place);
  } catch (error) {
    rmSync(draft, { recursive: true });
    if (!existsSync(place)) throw error;
  }
}

/** @param {20 | 22 | 24} major */
function nodeBinary(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const place = join(FOLDER, VERSIONS[major]);
  if (!existsSync(place)) install(VERSIONS[major], place);
  return join(place, 'node_modules', packageName(), 'bin', WINDOWS ? 'node.exe' : 'node');
}

module.exports = { majors: Object.keys(VERSIONS).map(Number), nodeBinary };

if (require.main === module) {
  for (const major of module.exports.majors) console.log(`${major} ${nodeBinary(major)}`);
}
