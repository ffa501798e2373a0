'use strict';

// npm test: sets up what is missing and runs all tests.

const { existsSync, mkdirSync, readFileSync, rmSync } = require('node:fs');
const { join } = require('node:path');
const { ROOT, run, runPackage } = require('./run');
const { setUp } = require('./setup');
const { runSteps } = require('./steps');

// Property tests draw the same cases in each run, and the model checker the same schedules, so that a
// red run is about the change. The full counts that CONTRIBUTING.md names draw new ones.
process.env.PROPTEST_RNG_SEED ??= '1';
process.env.SHUTTLE_RANDOM_SEED ??= '1';

const sum = (numbers) => numbers.reduce((total, number) => total + Number(number), 0);

/** The sum of the lines that cargo prints, one for each test program. */
function cargoCounts(output) {
  const lines = [...output.matchAll(/^test result: .*?(\d+) passed; (\d+) failed/gm)];
  return { passed: sum(lines.map((line) => line[1])), failed: sum(lines.map((line) => line[2])) };
}

async function cargoTest(...args) {
  try {
    return cargoCounts(await run('cargo', ['test', '--locked', '--no-fail-fast', ...args]));
  } catch (error) {
    const { passed, failed } = cargoCounts(error.output ?? '');
    return { passed, failed: failed || 1, error };
  }
}

/** A test file that could not run counts as one failure. So does a run without a report. */
function jestCounts(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
  };
}

async function jest(...args) {
  const file = join(ROOT, 'target/jest.json');
  mkdirSync(join(ROOT, 'target'), { recursive: true });
  rmSync(file, { force: true });
  try {
    const report = ['--json', `--outputFile=${file}`];
    await runPackage('jest/bin/jest.js', [...args, ...report], { quiet: true });
    return jestCounts(file);
  } catch (error) {
    const { passed, failed } = jestCounts(file);
    return { passed, failed: failed || 1, error };
  }
}

const setUpStep = [
  'set-up',
  async () => {
    await setUp();
    return { passed: 0, failed: 0 };
  },
];

// A crate of its own, with its own target folder.
const SCHEDULES = [
  ['--manifest-path', 'tests/schedules/Cargo.toml'],
  ['--target-dir', 'target/schedules'],
].flat();

// A first run builds everything: several times what that takes on two cores.
const LIMIT_MINUTES = 60;

const tests = [
  ['cargo test, without Node', () => cargoTest('--no-default-features')],
  ['cargo test', () => cargoTest()],
  ['cargo test, schedules', () => cargoTest(...SCHEDULES)],
  ['jest', () => jest('--testPathIgnorePatterns', '/__test__/(types|package)/', '/node_modules/')],
  ['types', () => jest('__test__/types')],
  ['package', () => jest('__test__/package')],
];

module.exports = { LIMIT_MINUTES, setUpStep, tests };

if (require.main === module) runSteps([setUpStep, ...tests], LIMIT_MINUTES);
