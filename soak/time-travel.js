'use strict';

// A wall clock that can be set, for one program, by libfaketime.

const { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** Path of libfaketime, if it is installed. */
const LIBRARY = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
].find((path) => existsSync(path));

/** Whether libfaketime is installed. */
const canTravel = LIBRARY !== undefined;

/**
 * Opens a wall clock for one program. It can be set while the program runs. The other clocks of the
 * program hardly change.
 *
 * @returns {{ env: NodeJS.ProcessEnv, setWall(seconds: number): void, close(): void } | undefined}
 *   `setWall` takes seconds ahead of this machine’s clock; undefined without libfaketime
 */
function openWallClock() {
  if (!canTravel) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const file = join(folder, 'time');
  /** @param {number} seconds */
  const setWall = (seconds) => {
    writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}`);
    renameSync(`${file}.new`, file); // a reader finds the old text or the new text, never half of it
  };
  setWall(0);
  return {
    env: {
      LD_PRELOAD: /** @type {string} */ (LIBRARY),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    setWall,
    close: () => rmSync(folder, { recursive: true }),
  };
}

module.exports = { canTravel, openWallClock };
