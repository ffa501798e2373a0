'use strict';

// One crypto stack: AWS-LC, once. deny.toml says the same to cargo-deny, which not everybody has.
// What counts is what is built: Cargo.lock also names crates behind features that nobody asks for.

const { execFileSync } = require('node:child_process');
const { ROOT } = require('./packed');

const OPTIONS = ['--locked', '--target', 'all', '--edges', 'normal,build,dev'];
const tree = execFileSync('cargo', ['tree', ...OPTIONS, '--prefix', 'none', '--format', '{p}'], {
  cwd: ROOT,
  encoding: 'utf8',
});
const crates = [...new Set(tree.match(/^[\w-]+ v[\w.+-]+/gm))];
const named = (name) => crates.filter((crate) => crate.startsWith(`${name} v`));

test.each(['ring', 'rsa', 'openssl', 'openssl-sys', 'native-tls'])('%s is absent', (name) => {
  expect(named(name)).toEqual([]);
});

test.each(['aws-lc-rs', 'aws-lc-sys', 'rustls', 'hyper'])('there is one %s', (name) => {
  expect(named(name)).toHaveLength(1);
});
