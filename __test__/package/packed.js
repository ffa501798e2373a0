'use strict';

// The package as npm would publish it, packed into a folder.

const { execFileSync } = require('node:child_process');
const { join } = require('node:path');

const ROOT = join(__dirname, '../..');

/** @returns {{ tarball: string, files: string[] }} */
function pack(folder) {
  const options = ['--json', '--ignore-scripts', '--pack-destination', folder, '--loglevel=error'];
  const output = execFileSync('npm', ['pack', ...options], {
    cwd: ROOT,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const [{ filename, files }] = JSON.parse(output);
  return { tarball: join(folder, filename), files: files.map(({ path }) => path).sort() };
}

module.exports = { ROOT, pack };
