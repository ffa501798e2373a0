'use strict';

const { withProgram } = require('./program.js');
const { openWallClock } = require('./time-travel.js');
const { startTokenServer } = require('./token-server.js');

const CALLS = 10_000;
/** Seconds: how long the calls go on, and how far they are apart. */
const WALK = { long: 7_200, step: 20 };
/** When a login is tried again, in seconds since the first: after a minute, doubling to fifteen. */
const DUE = [0, 60, 180, 420, 900, 1_800, 2_700, 3_600, 4_500, 5_400, 6_300, 7_200];

/** A login that is refused for hours, while the wall clock goes on. */
module.exports = async () => {
  const promise = 'a login that is refused is tried ever more rarely';
  const wanted = `wrong key: POST after 60 s, doubling to 15 min, in ${CALLS} calls over ${WALK.long / 3_600} h`;
  const clock = openWallClock();
  if (clock === undefined) return { promise, wanted, skipped: 'libfaketime is not installed' };
  const posts = await callForHours(clock);
  return {
    promise,
    wanted,
    measured: `POST at ${posts.join(', ')} s`,
    ok: String(posts) === String(DUE),
  };
};

/** The seconds at which there was a request. */
async function callForHours(clock) {
  const fields = { error: 'invalid_grant', error_description: 'invalid assertion' };
  const server = await startTokenServer(() => ({ status: 400, fields }));
  const steps = WALK.long / WALK.step + 1;
  const times = Math.ceil(CALLS / steps);
  const posts = [];
  try {
    await withProgram(
      'calls.js',
      async ({ ask }) => {
        for (let second = 0; second <= WALK.long; second += WALK.step) {
          clock.setWall(second);
          const before = server.requests();
          await ask('callMany', { config: server.config, times, atOnce: times });
          for (let post = before; post < server.requests(); post += 1) posts.push(second);
        }
      },
      { env: clock.env },
    );
  } finally {
    server.close();
    clock.close();
  }
  return posts;
}
