'use strict';

// Short forms of the soaks that wait most of the time. They run at the same time.

const onLinux = process.platform === 'linux' ? test.concurrent : test.skip;

async function holds(_, file) {
  for (const { ok, measured } of [await require(`../../soak/${file}`)('short')].flat()) {
    expect({ ok, measured }).toEqual({ ok: true, measured });
  }
}

test.concurrent.each([
  ['every call ends in time', 'bounded-time.js'],
  ['what is well again is used again', 'healing.js'],
])('%s', holds, 60_000);
onLinux.each([['fault 1, 5, 7, 8: a freeze is harmless', 'freeze.js']])('%s', holds, 60_000);
