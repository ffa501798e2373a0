'use strict';

// Short forms of what `npm run soak` measures; the full figures are in RELIABILITY.md.

test.each([
  ['no dead token when the wall clock jumps', 'wall-clock.js'],
  ['one login for a thousand callers', 'one-login.js'],
  ['a renewal is not felt', 'renewal.js'],
  ['retries multiply no load', 'retry-load.js'],
  ['teardown is safe', 'teardown.js'],
  ['nothing leaks', 'leaks.js'],
])(
  '%s',
  async (_, file) => {
    const { ok, measured } = await require(`../../soak/${file}`)('short');
    expect({ ok, measured }).toEqual({ ok: true, measured });
  },
  60_000,
);
