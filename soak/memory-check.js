'use strict';

const { spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { withProgram } = require('./program.js');
const { startTokenServer } = require('./token-server.js');

/** Each takes some five seconds in valgrind. */
const TERMINATIONS = { full: 40, short: 3 };
const CALLS = 4;
/**
 * Bytes for each call that may be left unsettled: records of Node-API. More would be a leak, whoever
 * asked for the memory.
 */
const MOST_KEPT = 100;
const MEMCHECK = ['--error-limit=no', '--leak-check=full', '--show-leak-kinds=definite'];

/** Workers end while requests are in the air, and valgrind looks at every access to memory. */
module.exports = async (scale) => {
  const times = TERMINATIONS[scale];
  const promise = 'teardown touches no memory that is gone, and loses none (valgrind)';
  const wanted = `0 invalid accesses and 0 definite losses of the addon in ${times} terminations; Node.js keeps ≤ ${MOST_KEPT} bytes for each of ${CALLS} calls`;
  if (spawnSync('valgrind', ['--version']).status !== 0) {
    return { promise, wanted, skipped: 'valgrind is not installed' };
  }
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const log = join(folder, 'memcheck');
  const slow = await startTokenServer(() => ({ delay: Math.random() * 1_000 }));
  try {
    const code = await withProgram(
      'threads.js',
      async ({ ask, end }) => {
        await ask('terminate', { config: slow.config, times, calls: CALLS, within: 400 });
        return (await end()).code;
      },
      // V8's helper threads would be most of what valgrind simulates.
      { under: ['valgrind', ...MEMCHECK, `--log-file=${log}`], args: ['--single-threaded-gc'] },
    );
    const { checked, invalid, lost, keptByNode } = findings(readFileSync(log, 'utf8'));
    return {
      promise,
      wanted,
      measured: `${invalid} invalid, ${lost} bytes lost; ${keptByNode} bytes are what Node.js itself still keeps for environments that ended`,
      ok:
        checked &&
        code === 0 &&
        invalid === 0 &&
        lost === 0 &&
        keptByNode <= MOST_KEPT * CALLS * times,
    };
  } finally {
    slow.close();
    rmSync(folder, { recursive: true });
  }
};

const OURS = /jsforce-connection-manager\.[\w-]+\.node\)/;
const LOSS = /^([\d,]+)(?: \([^)]*\))? bytes in .* definitely lost/;
const ALLOCATOR = /valgrind|libstdc\+\+|libc\.so/;

/** What memcheck's report says of the addon, in bytes and places. */
function findings(report) {
  const checked = report.includes('ERROR SUMMARY');
  const found = { checked, invalid: 0, lost: 0, keptByNode: 0 };
  for (const block of report.replace(/^==\d+== ?/gm, '').split(/\n\s*\n/)) {
    const [what, ...frames] = block.trim().split('\n');
    const stack = frames.filter((frame) => /^\s+(at|by) 0x/.test(frame));
    if (!stack.some((frame) => OURS.test(frame))) continue;
    const loss = LOSS.exec(what);
    if (loss === null) {
      found.invalid += 1;
      continue;
    }
    // Node-API never frees the record of a promise that its environment’s end left unsettled, nor
    // of a class: https://nodejs.org/api/n-api.html#napi_create_reference
    const asker = stack.find((frame) => !ALLOCATOR.test(frame)) ?? '';
    found[OURS.test(asker) ? 'lost' : 'keptByNode'] += Number(loss[1].replaceAll(',', ''));
  }
  return found;
}
