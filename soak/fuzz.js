'use strict';

// Promise 21: cargo-fuzz over the parsers of hostile bytes. Needs a nightly compiler. A missing
// cargo-fuzz is installed into target/. FUZZ_SECONDS is the time for each target (default 3,600).

const { execFileSync, spawnSync } = require('node:child_process');
const { mkdirSync, readdirSync } = require('node:fs');
const { delimiter, join } = require('node:path');
const { ROOT, run } = require('../scripts/run.js');

const CARGO_FUZZ = 'cargo-fuzz@0.13.2';
const SECONDS = { full: 3_600, short: 10 };
const TOOLS = join(ROOT, 'target/fuzz-tools');
/** Bytes. The transport cuts off larger answers. */
const LARGEST = 64 * 1_024;
const BUILT = ['--fuzz-dir', 'fuzz', '--target-dir', 'target/fuzz'];

module.exports = async (scale) => {
  const seconds = Number(process.env.FUZZ_SECONDS ?? SECONDS[scale]);
  // libFuzzer takes 0 for no limit.
  if (!(seconds >= 1)) throw new Error('FUZZ_SECONDS must be a number of seconds, at least 1');
  const targets = readdirSync(join(ROOT, 'fuzz/seeds')).sort();
  const promise = 'hostile bytes cannot crash (fuzzing)';
  const wanted = `0 crashes in ${seconds} s of each of ${targets.length} targets`;
  if (spawnSync('cargo', ['+nightly', '--version']).status !== 0) {
    return { promise, wanted, skipped: 'no nightly compiler (rustup toolchain install nightly)' };
  }
  process.env.PATH += delimiter + join(TOOLS, 'bin');
  if (spawnSync('cargo', ['fuzz', '--version']).status !== 0) {
    await run('cargo', ['install', CARGO_FUZZ, '--locked', '--root', TOOLS]);
  }
  await run('cargo', ['+nightly', 'fuzz', 'build', ...BUILT]);
  const results = targets.map((target) => fuzz(target, seconds));
  const crashed = results.filter((one) => one.crashed).map(({ target }) => target);
  const least = Math.min(...results.map((one) => one.seconds));
  const cases = results.map(({ target, cases }) => `${target} ${cases.toLocaleString('en')}`);
  return {
    promise,
    wanted,
    measured: `${crashed.length} crashes ${crashed.join(' ')} in ${least} s or more of each; cases: ${cases.join(', ')}`,
    ok: crashed.length === 0 && least >= seconds && results.every(({ cases }) => cases > 0),
  };
};

/** Runs one target. Crashing inputs are written to target/fuzz-artifacts/. */
function fuzz(target, seconds) {
  const folder = (name) => {
    const path = join(ROOT, 'target', name, target);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const host = execFileSync('rustc', ['+nightly', '--print', 'host-tuple'], { encoding: 'utf8' });
  const program = join(ROOT, 'target/fuzz', host.trim(), 'release', target);
  const seeds = [join(ROOT, 'fuzz/seeds', target)];
  if (target === 'private_key') seeds.push(join(ROOT, 'tests/keys'));
  const options = [
    `-max_total_time=${seconds}`,
    `-max_len=${LARGEST}`,
    '-timeout=10',
    `-artifact_prefix=${folder('fuzz-artifacts')}/`,
  ];
  const args = [...options, folder('fuzz-corpus'), ...seeds];
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 30 });
  const crashed = status !== 0;
  if (crashed) process.stderr.write(stderr.split('\n').slice(-60).join('\n'));
  const [, cases = 0, ran = 0] = /^Done (\d+) runs in (\d+) second/m.exec(stderr) ?? [];
  return { target, crashed, cases: Number(cases), seconds: Number(ran) };
}
