'use strict';

// Promise 1: no dead token when the wall clock jumps.

const { setTimeout: sleep } = require('node:timers/promises');
const { withProgram } = require('./program.js');
const { openWallClock } = require('./time-travel.js');
const { startTokenServer } = require('./token-server.js');

const STEPS = { full: 500, short: 10 };
const HOUR = 3_600_000;
/** Milliseconds that a token of the second server may be used. */
const USABLE = 900;

/** Lets the wall clock of the real addon jump, while its other clocks hardly move. */
module.exports = async (scale) => {
  const promise = 'no expired token when the wall clock jumps 2 h and the monotonic clock does not';
  const wanted = '0 dead tokens handed out';
  const clock = openWallClock();
  if (clock === undefined) {
    return { promise, wanted, skipped: 'libfaketime is not installed' };
  }
  const server = await startTokenServer(() => ({ fields: { expires_in: 3_600 } }));
  const brief = await startTokenServer(() => ({ fields: { expires_in: USABLE / 900 } }));
  const { env, setWall } = clock;
  try {
    return await withProgram(
      'calls',
      async ({ ask }) => {
        const before = await ask('clocks');
        let dead = 0;
        let lost = 0;
        let last = '';
        for (let step = 1; step <= STEPS[scale]; step += 1) {
          const { accessToken } = await ask('token', server.config);
          if (accessToken === last) dead += 1;
          // A token that is alive is found again.
          if ((await ask('token', server.config)).accessToken !== accessToken) lost += 1;
          last = accessToken;
          setWall(step * 2 * 3_600);
          await sleep(10); // a coarse clock is a timer tick old
        }
        const after = await ask('clocks');
        const wall = (after.wall - before.wall) / HOUR;
        const monotonic = (after.monotonic - before.monotonic) / HOUR;
        const held = wall > 2 * STEPS[scale] - 1 && monotonic < 1;
        // A wall clock that is set back must not lengthen a life.
        const short = await ask('token', brief.config);
        setWall(-3_600);
        await sleep(USABLE + 200);
        const turned = await ask('token', brief.config);
        if (short.accessToken === turned.accessToken) dead += 1;
        const measured = `${dead} of ${STEPS[scale] + 1}, ${lost} live ones lost; wall +${wall.toFixed(0)} h, monotonic +${(monotonic * 3_600).toFixed(0)} s`;
        return { promise, wanted, measured, ok: dead === 0 && lost === 0 && held };
      },
      { env },
    );
  } finally {
    server.close();
    brief.close();
    clock.close();
  }
};
