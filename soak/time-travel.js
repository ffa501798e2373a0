'use strict';

const { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** libfaketime, where it is installed. */
const LIBRARY = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
].find((path) => existsSync(path));

/** Whether programs can be given a wall clock here. */
const canTravel = LIBRARY !== undefined;

/**
 * A wall clock for one program, which can be set while it runs; its other clocks hardly notice.
 *
 * @returns {{ env: NodeJS.ProcessEnv, setWall(seconds: number): void, close(): void } | undefined}
 *   `setWall` takes the seconds by which it differs from this machine's; undefined without libfaketime
 */
function openWallClock() {
  if (!canTravel) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const file = join(folder, 'time');
  /** @param {number} seconds */
  const setWall = (seconds) => {
    writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}`);
    renameSync(`${file}.new`, file); // a program that reads now finds the old text or the new one
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
