'use strict';

// Builds the release addon into the project's folder when its sources have changed since the last build.

const { existsSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { fingerprint } = require('./fingerprint');
const { ROOT, run } = require('./run');
const { requireRust } = require('./toolchain');

const SOURCES = ['Cargo.toml', 'Cargo.lock', 'rust-toolchain.toml', 'build.rs', '.cargo', 'src'];
const STAMP = join(ROOT, 'target/addon-stamp');

const PLATFORM = `${process.platform}-${process.arch}`;

/** Sources and products of a build. The products are in it, so that a debug build is noticed. */
function stampOf(sources) {
  const addons = readdirSync(ROOT).filter((name) => name.endsWith('.node'));
  const products = fingerprint(ROOT, [...addons, 'native.js', 'native.d.ts']);
  return `${PLATFORM} ${sources} ${products}\n`;
}

async function buildAddon() {
  const sources = fingerprint(ROOT, SOURCES);
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stampOf(sources)) return;
  requireRust();
  console.log('Building the addon (about 3 minutes the first time)…');
  await run('npm', ['run', 'build']);
  writeFileSync(STAMP, stampOf(sources));
}

module.exports = { buildAddon };
