'use strict';

// The release addon in the project's folder, built anew when its sources have changed.

const { mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { fingerprint } = require('./fingerprint');
const { ROOT, run } = require('./run');
const { requireRust } = require('./toolchain');

const SOURCES = ['Cargo.toml', 'Cargo.lock', 'rust-toolchain.toml', 'build.rs', '.cargo', 'src'];
const STAMP = join(ROOT, 'target/addon-stamp');

/** The sources and what was made of them: a debug build in its place is noticed too. */
function state() {
  const addons = readdirSync(ROOT).filter((name) => name.endsWith('.node'));
  if (addons.length === 0) return undefined;
  const made = fingerprint(ROOT, [...addons, 'native.js', 'native.d.ts']);
  return `${fingerprint(ROOT, SOURCES)} ${made} ${process.platform}-${process.arch}\n`;
}

function stamp() {
  try {
    return readFileSync(STAMP, 'utf8');
  } catch {
    return '';
  }
}

async function buildAddon() {
  if (stamp() === state()) return;
  requireRust();
  console.log('Building the addon (about 3 minutes the first time)…');
  await run('npm', ['run', 'build']);
  mkdirSync(join(ROOT, 'target'), { recursive: true });
  writeFileSync(STAMP, state());
}

module.exports = { buildAddon };
