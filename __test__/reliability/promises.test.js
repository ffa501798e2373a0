'use strict';

// Short forms of the soaks of `npm run soak`. The full figures are in docs/reliability.md.

const { canTravel } = require('../../soak/time-travel');

const whereTimeTravels = canTravel ? test : test.skip;

async function holds(_, file) {
  for (const { ok, measured } of [await require(`../../soak/${file}`)('short')].flat()) {
    expect({ ok, measured }).toEqual({ ok: true, measured });
  }
}

test.each([
  ['no dead, outdated or foreign token on any thread', 'shared-tokens.js'],
  ['fault 25: one login for a thousand callers', 'one-login.js'],
  ['a renewal is not felt', 'renewal.js'],
  ['a login that is refused is not tried at every call', 'wrong-key.js'],
  ['retries multiply no load', 'retry-load.js'],
  ['fault 45: teardown is safe', 'teardown.js'],
  ['nothing leaks', 'leaks.js'],
])('%s', holds, 60_000);

whereTimeTravels.each([
  ['fault 2: no dead token when the wall clock jumps', 'wall-clock.js'],
  ['a login that is refused is tried ever more rarely', 'refused-for-hours.js'],
])('%s', holds, 60_000);
