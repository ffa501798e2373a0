'use strict';

// Promises 1 and 14: threads get no dead, outdated or foreign token.

const { withProgram } = require('./program.js');
const { claimsOf, startTokenServer } = require('./token-server.js');

const THREADS = 4;
const SECONDS = { full: 30, short: 2 };
/** Life of a token in seconds. Nine tenths are used. */
const LIFE = 1;
const LOGINS = 40;
/** Fewer places than logins, so that tokens are evicted all the time. */
const CAPACITY = 8;

/** Lets threads share tokens that are renewed, cleared and evicted all the time. */
module.exports = async (scale) => {
  const server = await startTokenServer((number, form) => {
    const { sub } = claimsOf(form);
    // The token says what a thread must know to judge it: user, number, time of issue (epoch ms).
    const token = { access_token: `${sub}!${number}!${Date.now()}`, expires_in: LIFE };
    return { fields: token };
  });
  const { config } = server;
  const judged = { threads: THREADS, ms: SECONDS[scale] * 1_000, usable: LIFE * 900 };
  try {
    const one = await withProgram('shared-tokens', ({ ask }) =>
      ask('share', { ...judged, logins: [config] }),
    );
    const logins = Array.from({ length: LOGINS }, (_, index) => ({
      ...config,
      username: `user${index}@example.com`,
    }));
    const many = await withProgram('shared-tokens', ({ ask }) =>
      ask('share', { ...judged, logins, capacity: CAPACITY, clears: true }),
    );
    return [
      {
        number: 1,
        promise: `no expired token, nor one that another of ${THREADS} threads has renewed`,
        wanted: '0 handed out',
        measured: `${one.dead} dead, ${one.outdated} outdated of ${one.calls} calls; ${one.tokens} tokens`,
        ok: one.dead + one.outdated === 0 && one.tokens > SECONDS[scale] / 2,
      },
      {
        number: 14,
        promise: `no token of another login, nor one that was cleared: ${LOGINS} logins on ${THREADS} threads, ${CAPACITY} places`,
        wanted: '0 handed out',
        measured: `${many.foreign} foreign, ${many.dead} dead, ${many.outdated} cleared of ${many.calls} calls; ${many.tokens} tokens`,
        ok: many.foreign + many.dead + many.outdated === 0 && many.tokens > LOGINS,
      },
    ];
  } finally {
    server.close();
  }
};
