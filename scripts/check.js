'use strict';

// npm run check: format, lint, types, docs, spelling and dependencies. None of it needs the addon.

const { installDependencies } = require('./dependencies');
const { run, runPackage } = require('./run');
const { one, runSteps } = require('./steps');
const { runTool } = require('./tools');

const CLIPPY = ['clippy', '--locked', '--all-targets'];
const DENY = ['--', '-D', 'warnings'];
const DOC = ['doc', '--locked', '--no-deps', '--document-private-items'];
// Advisories need a service: scripts/advisories.js.
const DEPENDENCY_RULES = ['bans', 'licenses', 'sources'];

// Each is a crate of its own, outside the package.
const FUZZ = ['--manifest-path', 'fuzz/Cargo.toml'];
const SCHEDULES = ['--manifest-path', 'tests/schedules/Cargo.toml'];

const installStep = [
  'npm packages',
  async () => {
    await installDependencies();
    return { passed: 0, failed: 0 };
  },
];

// A first run builds the tools and all crates: several times what that takes on two cores.
const LIMIT_MINUTES = 45;

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
  // In the package's target folder, because most dependencies have been checked there.
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
  // With Node only: the front page of the crate links to the room that knows Node.js.
  ['cargo doc', one(() => run('cargo', DOC, { env: { RUSTDOCFLAGS: '-D warnings' } }))],
  ['spelling', one(() => runTool('typos-cli', 'typos', []))],
  [
    'cargo deny',
    one(() => runTool('cargo-deny', 'cargo-deny', ['--locked', 'check', ...DEPENDENCY_RULES])),
  ],
];

module.exports = { LIMIT_MINUTES, checks };

if (require.main === module) runSteps([installStep, ...checks], LIMIT_MINUTES);
