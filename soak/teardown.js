'use strict';

// Promise 18: teardown is safe, with requests in the air.

const { startProgram, withProgram } = require('./program.js');
const { startTokenServer } = require('./token-server.js');

const TIMES = {
  full: { terminations: 1_000, exits: 200, reloads: 200 },
  short: { terminations: 50, exits: 10, reloads: 10 },
};
const CALLS = 4;
const EXIT_CODE = 7;
/** Number of processes at the same time. */
const AT_ONCE = 2;

/** Ends threads, environments and processes while requests are in the air. */
module.exports = async (scale) => {
  const { terminations, exits, reloads } = TIMES[scale];
  const prompt = await startTokenServer();
  // Some answers arrive before the end, some after it.
  const slow = await startTokenServer(() => ({ delay: Math.random() * 40 }));
  try {
    const [survived, reloaded] = await Promise.all([
      ending((ask) => ask('terminate', { config: slow.config, times: terminations, calls: CALLS })),
      ending((ask) => ask('reload', { config: prompt.config, slow: slow.config, times: reloads })),
    ]);
    let kept = 0;
    for (let time = 0; time < exits; time += AT_ONCE) {
      const programs = Array.from({ length: AT_ONCE }, () => startProgram('teardown'));
      const argument = { config: slow.config, calls: CALLS, code: EXIT_CODE };
      for (const { ask, ended } of programs) {
        ask('exit', argument).catch(() => {});
        ended.then(({ code }) => {
          if (code === EXIT_CODE) kept += 1;
        });
      }
      await Promise.all(programs.map(({ ended }) => ended));
    }
    return {
      promise: 'teardown is safe, with requests in the air',
      wanted: `0 crashes in ${terminations} terminations and ${reloads} reloads, the main thread last; ${exits} exit codes kept`,
      measured: `terminations: ${survived}; reloads with a token: ${reloaded} of ${reloads + 1}; exit codes: ${kept} of ${exits}`,
      ok: survived === 'granted' && reloaded === reloads + 1 && kept === exits,
    };
  } finally {
    prompt.close();
    slow.close();
  }
};

/** The result of `use` if the program then exits with 0; else how the program ended. */
function ending(use) {
  return withProgram('teardown', async ({ ask, end, ended }) => {
    const result = await use(ask).catch(() => undefined);
    end();
    const { code, signal } = await ended;
    return code === 0 ? result : `crashed (${signal ?? code})`;
  });
}
