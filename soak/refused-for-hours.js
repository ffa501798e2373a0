'use strict';

// Promise 7: a refused login is tried ever more rarely.

const { withProgram } = require('./program.js');
const { openWallClock } = require('./time-travel.js');
const { startTokenServer } = require('./token-server.js');

const CALLS = 10_000;
/** Seconds: the length of the test, and the time between two rounds of calls. */
const WALK = { long: 7_200, step: 20 };
/** Seconds at which a login is tried: the pauses double from one minute to fifteen. */
const DUE = [0, 60, 180, 420, 900, 1_800, 2_700, 3_600, 4_500, 5_400, 6_300, 7_200];

/** Lets a login be refused for hours of the wall clock. */
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

/** The seconds at which a request was sent. */
async function callForHours(clock) {
  const fields = { error: 'invalid_grant', error_description: 'invalid assertion' };
  const server = await startTokenServer(() => ({ status: 400, fields }));
  const steps = WALK.long / WALK.step + 1;
  const times = Math.ceil(CALLS / steps);
  const posts = [];
  try {
    await withProgram(
      'calls',
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
