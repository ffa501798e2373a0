'use strict';

const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { ROOT, pack } = require('./packed');

const folder = mkdtempSync(join(tmpdir(), 'jsforce-connection-manager-'));
const { files } = pack(folder);
afterAll(() => rmSync(folder, { recursive: true }));

test('holds the rooms that are published, and nothing else', () => {
  const alone = ['index.js', 'index.d.ts', 'native.js', 'native.d.ts', 'package.json'];
  const prose = ['README.md', 'LICENSE', 'CHANGELOG.md'];
  const rooms =
    /^(docs\/[\w-]+\.md|lib\/([\w-]+\/)?[\w-]+\.js|testing\/(((oauth|api)\/)?[\w-]+\.js|(index|fault)\.d\.ts|tls\/[\w-]+\.pem))$/;
  expect(files).toEqual(expect.arrayContaining([...alone, 'testing/index.js']));
  expect(files.filter((file) => ![...alone, ...prose].includes(file) && !rooms.test(file))).toEqual(
    [],
  );
});

test('holds the files that it held', () => {
  expect(files).toMatchSnapshot();
});

test('holds no private key but that of the local org', () => {
  const keys = files.filter((file) =>
    /^-----BEGIN [A-Z ]*PRIVATE KEY-----/m.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  expect(keys).toEqual(['testing/tls/localhost-key.pem']);
});
