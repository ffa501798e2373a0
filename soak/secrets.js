'use strict';

const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { runPackage } = require('../scripts/run.js');

/** The fault suite, whose errors and output are all searched: tests of `npm test`, with one count. */
module.exports = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const file = join(folder, 'jest.json');
  try {
    const report = ['--json', `--outputFile=${file}`];
    const search = [
      '--testPathPatterns',
      'secrets|faults/|errors|config|private-key|urls|network|cancellation',
      ...report,
    ];
    const failed = await runPackage('jest/bin/jest.js', search, { quiet: true }).then(
      () => false,
      () => true,
    );
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8'));
    return {
      promise: 'secrets are never printed',
      wanted: '0 of them in messages, stacks, causes, inspected objects, JSON, output',
      measured: `0 in ${numPassedTests} tests of faults, found in ${numFailedTests}`,
      ok: !failed && numPassedTests > 0,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
};
