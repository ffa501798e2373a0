'use strict';

// Promise 20: teardown accesses no freed memory and loses none, by valgrind.

const { spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { withProgram } = require('./program.js');
const { startTokenServer } = require('./token-server.js');

/** Number of terminations. Each takes about five seconds in valgrind. */
const TERMINATIONS = { full: 40, short: 3 };
const CALLS = 4;
/** Bytes that Node-API may still hold for each unsettled call. More would be a leak. */
const MOST_HELD = 100;
const MEMCHECK = ['--error-limit=no', '--leak-check=full', '--show-leak-kinds=definite'];

/** Terminates workers with requests in the air, while valgrind checks every memory access. */
module.exports = async (scale) => {
  const times = TERMINATIONS[scale];
  const promise = 'teardown accesses no freed memory and loses none (valgrind)';
  const wanted = `0 invalid accesses and 0 definite losses of the addon in ${times} terminations; Node.js holds ≤ ${MOST_HELD} bytes for each of ${CALLS} calls`;
  if (spawnSync('valgrind', ['--version']).status !== 0) {
    return { promise, wanted, skipped: 'valgrind is not installed' };
  }
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const log = join(folder, 'memcheck');
  const slow = await startTokenServer(() => ({ delay: Math.random() * 1_000 }));
  try {
    const code = await withProgram(
      'teardown',
      async ({ ask, end }) => {
        await ask('terminate', { config: slow.config, times, calls: CALLS, within: 400 });
        return (await end()).code;
      },
      // Otherwise valgrind would spend most of its time on V8’s helper threads.
      { under: ['valgrind', ...MEMCHECK, `--log-file=${log}`], args: ['--single-threaded-gc'] },
    );
    const { checked, invalid, lost, heldByNode } = findings(readFileSync(log, 'utf8'));
    return {
      promise,
      wanted,
      measured: `${invalid} invalid, ${lost} bytes lost; ${heldByNode} bytes that Node.js itself still holds for environments that ended`,
      ok:
        checked &&
        code === 0 &&
        invalid === 0 &&
        lost === 0 &&
        heldByNode <= MOST_HELD * CALLS * times,
    };
  } finally {
    slow.close();
    rmSync(folder, { recursive: true });
  }
};

const OURS = /jsforce-connection-manager\.[\w-]+\.node\)/;
const LOSS = /^([\d,]+)(?: \([^)]*\))? bytes in .* definitely lost/;
const ALLOCATOR = /valgrind|libstdc\+\+|libc\.so/;

/** The findings of a memcheck report about the addon: places, and bytes. */
function findings(report) {
  const checked = report.includes('ERROR SUMMARY');
  const found = { checked, invalid: 0, lost: 0, heldByNode: 0 };
  for (const block of report.replace(/^==\d+== ?/gm, '').split(/\n\s*\n/)) {
    const [what, ...frames] = block.trim().split('\n');
    const stack = frames.filter((frame) => /^\s+(at|by) 0x/.test(frame));
    if (!stack.some((frame) => OURS.test(frame))) continue;
    const loss = LOSS.exec(what);
    if (loss === null) {
      found.invalid += 1;
      continue;
    }
    // Node-API never frees the record of a class, nor of a promise that was unsettled when its
    // environment ended: https://nodejs.org/api/n-api.html#napi_create_reference
    const asker = stack.find((frame) => !ALLOCATOR.test(frame)) ?? '';
    found[OURS.test(asker) ? 'lost' : 'heldByNode'] += Number(loss[1].replaceAll(',', ''));
  }
  return found;
}
