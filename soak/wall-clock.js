'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const { withProgram } = require('./program.js');
const { openWallClock } = require('./time-travel.js');
const { startTokenServer } = require('./token-server.js');

const STEPS = { full: 500, short: 10 };
const HOUR = 3_600_000;
/** A token that this server gives may be used for this long. */
const USABLE = 900;

/** The wall clock of the real addon jumps, while its other clocks hardly move. */
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
      'calls.js',
      async ({ ask }) => {
        const before = await ask('clocks');
        let dead = 0;
        let lost = 0;
        let last = '';
        for (let step = 1; step <= STEPS[scale]; step += 1) {
          const { accessToken } = await ask('token', server.config);
          if (accessToken === last) dead += 1;
          // A look at a token that is alive finds it.
          if ((await ask('token', server.config)).accessToken !== accessToken) lost += 1;
          last = accessToken;
          setWall(step * 2 * 3_600);
          await sleep(10); // a coarse clock is a timer tick old
        }
        const after = await ask('clocks');
        const wall = (after.wall - before.wall) / HOUR;
        const monotonic = (after.monotonic - before.monotonic) / HOUR;
        const held = wall > 2 * STEPS[scale] - 1 && monotonic < 1;
        // Turned back, the wall clock must not lengthen a life either.
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
