'use strict';

// Short forms of what `npm run soak` measures. Both wait most of the time, so they wait together.

test.concurrent.each([
  ['every call ends in time', 'bounded-time.js'],
  ['a freeze is harmless', 'freeze.js'],
])(
  '%s',
  async (_, file) => {
    const { ok, measured, skipped } = await require(`../../soak/${file}`)('short');
    if (!skipped) expect({ ok, measured }).toEqual({ ok: true, measured });
  },
  60_000,
);
