'use strict';

// Checks what set-up needs on the machine: Node.js, Rust and a C compiler.

const { spawnSync } = require('node:child_process');
const { engines } = require('../package.json');

const has = (program) => !spawnSync(program, ['--version'], { stdio: 'ignore' }).error;

function requireNode() {
  const wanted = Number(/\d+/.exec(engines.node)[0]);
  if (Number.parseInt(process.versions.node, 10) >= wanted) return;
  throw new Error(`Node.js ${wanted} or newer is needed; this is ${process.versions.node}.`);
}

function requireRust() {
  if (!has('cargo')) throw new Error('cargo was not found. Install Rust: https://rustup.rs');
  if (process.platform !== 'win32' && !has(process.env.CC ?? 'cc')) {
    throw new Error(
      'No C compiler was found. Install gcc or clang (build-essential, Xcode tools).',
    );
  }
}

module.exports = { requireNode, requireRust };
