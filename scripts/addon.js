'use strict';

// The release addon in the project's folder, built anew when its sources have changed.

const { existsSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { fingerprint } = require('./fingerprint');
const { ROOT, run } = require('./run');
const { requireRust } = require('./toolchain');

const SOURCES = ['Cargo.toml', 'Cargo.lock', 'rust-toolchain.toml', 'build.rs', '.cargo', 'src'];
const STAMP = join(ROOT, 'target/addon-stamp');

const PLATFORM = `${process.platform}-${process.arch}`;

/** What was made: a debug build in its place is noticed too. */
function madeOf(sources) {
  const addons = readdirSync(ROOT).filter((name) => name.endsWith('.node'));
  const made = fingerprint(ROOT, [...addons, 'native.js', 'native.d.ts']);
  return `${PLATFORM} ${sources} ${made}\n`;
}

async function buildAddon() {
  const sources = fingerprint(ROOT, SOURCES);
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === madeOf(sources)) return;
  requireRust();
  console.log('Building the addon (about 3 minutes the first time)…');
  await run('npm', ['run', 'build']);
  writeFileSync(STAMP, madeOf(sources));
}

module.exports = { buildAddon };
