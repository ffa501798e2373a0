'use strict';

// What is checked before the tests: format, lint and types of the hand-written JavaScript. None of it
// needs the addon.

const { installDependencies } = require('./dependencies');
const { run, runPackage } = require('./run');
const { runSteps } = require('./steps');

const CLIPPY = ['clippy', '--locked', '--all-targets'];
const DENY = ['--', '-D', 'warnings'];

// Crates of their own, with targets of their own.
const FUZZ = ['--manifest-path', 'fuzz/Cargo.toml'];
const SCHEDULES = ['--manifest-path', 'tests/schedules/Cargo.toml'];

const installStep = [
  'npm packages',
  async () => {
    await installDependencies();
    return { passed: 0, failed: 0 };
  },
];

/** A check counts as one test. */
const one = (work) => async () => {
  await work();
  return { passed: 1, failed: 0 };
};

// Where nothing is built yet, several times over.
const LIMIT_MINUTES = 30;

const checks = [
  ['cargo fmt', one(() => run('cargo', ['fmt', '--check']))],
  ['cargo fmt, fuzz', one(() => run('cargo', ['fmt', '--check', ...FUZZ]))],
  ['cargo fmt, schedules', one(() => run('cargo', ['fmt', '--check', ...SCHEDULES]))],
  ['biome', one(() => runPackage('@biomejs/biome/bin/biome', ['check', '--error-on-warnings']))],
  ['tsc', one(() => runPackage('typescript/bin/tsc', ['-p', '.']))],
  ['clippy', one(() => run('cargo', [...CLIPPY, ...DENY]))],
  ['clippy, without Node', one(() => run('cargo', [...CLIPPY, '--no-default-features', ...DENY]))],
  [
    'clippy, schedules',
    one(() => run('cargo', [...CLIPPY, ...SCHEDULES, '--target-dir', 'target/schedules', ...DENY])),
  ],
  // Most of what they are made of has been checked for the package itself.
  [
    'clippy, fuzz',
    one(() =>
      run('cargo', [
        ...CLIPPY,
        ...FUZZ,
        '--no-default-features',
        '--target-dir',
        'target',
        ...DENY,
      ]),
    ),
  ],
];

module.exports = { LIMIT_MINUTES, checks };

if (require.main === module) runSteps([installStep, ...checks], LIMIT_MINUTES);
