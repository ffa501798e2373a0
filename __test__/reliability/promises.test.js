'use strict';

// Short forms of what `npm run soak` measures; the full figures are in RELIABILITY.md.

test.each([
  ['no dead token when the wall clock jumps', 'wall-clock.js'],
  ['no dead, outdated or foreign token on any thread', 'shared-tokens.js'],
  ['one login for a thousand callers', 'one-login.js'],
  ['a renewal is not felt', 'renewal.js'],
  ['a login that is refused is not tried at every call', 'wrong-key.js'],
  ['retries multiply no load', 'retry-load.js'],
  ['teardown is safe', 'teardown.js'],
  ['nothing leaks', 'leaks.js'],
])(
  '%s',
  async (_, file) => {
    for (const { ok, measured, skipped } of [await require(`../../soak/${file}`)('short')].flat()) {
      if (!skipped) expect({ ok, measured }).toEqual({ ok: true, measured });
    }
  },
  60_000,
);
