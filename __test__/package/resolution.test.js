'use strict';

// What publint and Are the Types Wrong say of the packed package.

const { execFileSync } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { ROOT, pack } = require('./packed');

const folder = mkdtempSync(join(tmpdir(), 'jsforce-connection-manager-'));
const { tarball } = pack(folder);
afterAll(() => rmSync(folder, { recursive: true }));

const runPackage = (script, ...args) =>
  execFileSync(process.execPath, [join(ROOT, 'node_modules', script), ...args], {
    encoding: 'utf8',
  });

test('publint finds nothing', () => {
  expect(runPackage('publint/src/cli.js', 'run', tarball, '--strict')).toMatch(/All good/);
});

test('types resolve for every kind of module resolution, at both entry points', () => {
  const output = runPackage('@arethetypeswrong/cli/dist/index.js', tarball, '--format', 'json');
  const { analysis, problems } = JSON.parse(output);
  expect(problems ?? analysis.problems).toEqual({});
  expect(Object.keys(analysis.entrypoints)).toEqual(expect.arrayContaining(['.', './testing']));
});
