'use strict';

// One crypto stack: AWS-LC, once. deny.toml says the same to cargo-deny, which not everybody has.

const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { ROOT } = require('./packed');

const lock = readFileSync(join(ROOT, 'Cargo.lock'), 'utf8');
const crates = [...lock.matchAll(/^name = "(.+)"$/gm)].map(([, name]) => name);

test.each(['ring', 'rsa', 'openssl', 'openssl-sys', 'native-tls'])('%s is absent', (crate) => {
  expect(crates).not.toContain(crate);
});

test('there is one AWS-LC', () => {
  expect(crates.filter((crate) => crate.startsWith('aws-lc'))).toEqual(['aws-lc-rs', 'aws-lc-sys']);
});
