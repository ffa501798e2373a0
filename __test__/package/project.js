'use strict';

// A project of somebody who uses the package: a temporary folder in which it is installed as
// published, beside packages chosen by the test. The addon, which platform packages will bring, is a
// link to the one in this folder.

const { execFileSync } = require('node:child_process');
const {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} = require('node:fs');
const { tmpdir } = require('node:os');
const { dirname, join } = require('node:path');
const { ROOT, pack } = require('./packed');

/**
 * @param {Record<string, string>} [packages] name in the project → name in this node_modules
 * @returns {string} the folder; give it to `removeProject` in the end
 */
function createProject(packages = {}) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'jsforce-connection-manager-')));
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);

  execFileSync('tar', ['-xzf', pack(folder).tarball, '-C', modules]);
  const installed = join(modules, 'jsforce-connection-manager');
  renameSync(join(modules, 'package'), installed);
  for (const name of readdirSync(ROOT).filter((name) => name.endsWith('.node'))) {
    symlinkSync(join(ROOT, name), join(installed, name));
  }

  for (const [name, source] of Object.entries(packages)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', source), join(modules, name), 'junction');
  }
  return folder;
}

const removeProject = (folder) => rmSync(folder, { recursive: true, force: true });

module.exports = { createProject, removeProject };
