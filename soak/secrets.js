'use strict';

const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { runPackage } = require('../scripts/run.js');

/** Tests of `npm test` that have no faults in them; the last are run by this soak as well. */
const OTHERS = '/__test__/(types|package|modules|testing|reliability)/';

/** All tests whose errors and output are searched, with one count. */
module.exports = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const file = join(folder, 'jest.json');
  try {
    const report = ['--json', `--outputFile=${file}`];
    const search = ['--testPathIgnorePatterns', OTHERS, '/node_modules/', ...report];
    const failed = await runPackage('jest/bin/jest.js', search, { quiet: true }).then(
      () => false,
      () => true,
    );
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8'));
    return {
      promise: 'secrets are never printed',
      wanted: '0 of them in messages, stacks, causes, inspected objects, JSON, output',
      measured: `0 in ${numPassedTests} tests, found in ${numFailedTests}`,
      ok: !failed && numPassedTests > 0,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
};
