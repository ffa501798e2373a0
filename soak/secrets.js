'use strict';

// Promise 16: secrets are never printed.

const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { plant, secretsIn } = require('../support/canaries');
const { runPackage } = require('../scripts/run.js');

/** Tests of `npm test` without faults, and tests that run soaks themselves. */
const OTHERS = '/__test__/(types|package|modules|scripts|testing|reliability)/';

/** Runs the tests that search their values for secrets, and searches what Jest prints. */
module.exports = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const log = join(folder, 'searched');
  try {
    const tests = ['--testPathIgnorePatterns', OTHERS, '/node_modules/'];
    const { output, failed } = await runPackage('jest/bin/jest.js', tests, {
      env: { SECRETS_LOG: log },
      quiet: true,
      withErrors: true,
    }).then(
      (output) => ({ output, failed: false }),
      (error) => ({ output: String(error.output), failed: true }),
    );
    const { values, bytes } = readLog(log);
    const printed = secretsIn(output);
    return {
      promise: 'secrets are never printed',
      wanted: '0 of them in messages, stacks, causes, inspected objects, JSON, output',
      measured: `${failed ? 'tests failed; ' : ''}none in ${values.toLocaleString('en')} errors and outputs of ${bytes.toLocaleString('en')} bytes; ${printed.join(', ') || 'none'} in ${Buffer.byteLength(output).toLocaleString('en')} bytes that Jest printed`,
      ok: !failed && values > 0 && printed.length === 0 && output.length > 0,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Sums up what the tests searched, and plants their secrets in this process too. */
function readLog(file) {
  const found = { values: 0, bytes: 0 };
  const lines = new Set();
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const { name, secret, searched } = JSON.parse(line);
    if (searched !== undefined) {
      found.values += 1;
      found.bytes += searched;
    } else if (!lines.has(line)) plant(name, secret);
    lines.add(line);
  }
  return found;
}
