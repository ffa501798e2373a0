'use strict';

const { existsSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { withProgram } = require('./program.js');
const { startTokenServer } = require('./token-server.js');

const LIBRARY = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
].find((path) => existsSync(path));

const STEPS = { full: 500, short: 10 };
const HOUR = 3_600_000;
/** A token that this server gives may be used for this long. */
const USABLE = 900;

/** The wall clock of the real addon jumps, while its other clocks hardly move. */
module.exports = async (scale) => {
  const promise = 'no expired token when the wall clock jumps 2 h and the monotonic clock does not';
  const wanted = '0 dead tokens handed out';
  if (LIBRARY === undefined) {
    return { promise, wanted, measured: 'skipped: libfaketime is not installed', ok: true };
  }
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const server = await startTokenServer(() => ({ fields: { expires_in: 3_600 } }));
  const brief = await startTokenServer(() => ({ fields: { expires_in: USABLE / 900 } }));
  const file = join(folder, 'time');
  /** @param {number} hours */
  const setWall = (hours) => writeFileSync(file, `${hours < 0 ? '' : '+'}${hours * 3_600}`);
  setWall(0);
  const env = {
    LD_PRELOAD: LIBRARY,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
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
          setWall(2 * step);
          await sleep(10); // a coarse clock is a timer tick old
        }
        const after = await ask('clocks');
        const wall = (after.wall - before.wall) / HOUR;
        const monotonic = (after.monotonic - before.monotonic) / HOUR;
        const held = wall > 2 * STEPS[scale] - 1 && monotonic < 1;
        // Turned back, the wall clock must not lengthen a life either.
        const short = await ask('token', brief.config);
        setWall(-1);
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
    rmSync(folder, { recursive: true });
  }
};
