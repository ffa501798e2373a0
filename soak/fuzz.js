'use strict';

// cargo-fuzz over what reads hostile bytes. Needs a nightly compiler; cargo-fuzz is installed into
// target/ if it is missing. FUZZ_SECONDS sets the time for each target.

const { execFileSync, spawnSync } = require('node:child_process');
const { mkdirSync, readdirSync } = require('node:fs');
const { delimiter, join } = require('node:path');
const { ROOT, run } = require('../scripts/run.js');

const SECONDS = { full: 3_600, short: 10 };
const TOOLS = join(ROOT, 'target/fuzz-tools');
/** A larger answer is cut off by the transport. */
const LARGEST = 64 * 1_024;
const BUILT = ['--fuzz-dir', 'fuzz', '--target-dir', 'target/fuzz'];

module.exports = async (scale) => {
  const seconds = Number(process.env.FUZZ_SECONDS ?? SECONDS[scale]);
  const targets = readdirSync(join(ROOT, 'fuzz/seeds')).sort();
  const promise = 'hostile bytes cannot crash (fuzzing)';
  const wanted = `0 crashes in ${SECONDS.full} s of each of ${targets.length} targets`;
  if (spawnSync('cargo', ['+nightly', '--version']).status !== 0) {
    const measured = 'skipped: no nightly compiler (rustup toolchain install nightly)';
    return { promise, wanted, measured, ok: true };
  }
  process.env.PATH += delimiter + join(TOOLS, 'bin');
  if (spawnSync('cargo', ['fuzz', '--version']).status !== 0) {
    await run('cargo', ['install', 'cargo-fuzz', '--locked', '--root', TOOLS]);
  }
  await run('cargo', ['+nightly', 'fuzz', 'build', ...BUILT]);
  const results = targets.map((target) => fuzz(target, seconds));
  const crashed = results.filter(({ ok }) => !ok).map(({ target }) => target);
  const cases = results.map(({ target, cases }) => `${target} ${cases.toLocaleString('en')}`);
  const measured = `${crashed.length} crashes ${crashed.join(' ')} in ${seconds} s each; cases: ${cases.join(', ')}`;
  return { promise, wanted, measured, ok: crashed.length === 0 };
};

/** What is found is kept in target/, and told by libFuzzer. */
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
    '-print_final_stats=1',
    `-artifact_prefix=${folder('fuzz-artifacts')}/`,
  ];
  const args = [...options, folder('fuzz-corpus'), ...seeds];
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 30 });
  const ok = status === 0;
  if (!ok) process.stderr.write(stderr.split('\n').slice(-60).join('\n'));
  return { target, ok, cases: Number(/number_of_executed_units: (\d+)/.exec(stderr)?.[1] ?? 0) };
}
