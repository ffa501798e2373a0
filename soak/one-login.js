'use strict';

// Promise 2: one login for a thousand callers.

const { isDeepStrictEqual } = require('node:util');
const { startLocalOrg } = require('../testing');
const { withProgram } = require('./program.js');

const ROUNDS = { full: 500, short: 10 };
const THREADS = 4;
const CALLERS = 1_000;
const REFUSAL = { error: 'invalid_grant', errorDescription: "user hasn't approved this consumer" };

/** The kinds of round. `wanted`: how many callers get each outcome, most frequent first. */
const ROUND = {
  granted: { fault: undefined, leaderLeaves: false, wanted: [[CALLERS, 'token']] },
  refused: {
    fault: { kind: 'oauth-error', ...REFUSAL },
    leaderLeaves: false,
    wanted: [[CALLERS, 'USER_NOT_APPROVED']],
  },
  abandoned: {
    fault: undefined,
    leaderLeaves: true,
    wanted: [
      [CALLERS - 1, 'token'],
      [1, 'ABORTED'],
    ],
  },
};

/** Lets a thousand callers on four threads ask for a token that is not cached. */
module.exports = async (scale) => {
  const org = await startLocalOrg({ delay: 20 });
  try {
    return await withProgram('one-login', async ({ ask }) => {
      await ask('start', { threads: THREADS, callers: CALLERS / THREADS });
      const missed = { granted: 0, refused: 0, abandoned: 0 };
      let most = 0;
      for (let round = 0; round < ROUNDS[scale]; round += 1) {
        for (const [index, [name, { fault, leaderLeaves, wanted }]] of Object.entries(
          ROUND,
        ).entries()) {
          const mend = fault && org.inject(fault);
          org.resetStats();
          // Another tokenTtl is another identity, which has no cached token.
          const config = { ...org.config, tokenTtl: 200 + 3 * round + index };
          const counts = await ask('call', { config, leaderLeaves });
          mend?.();
          const { tokenRequests } = org.stats();
          most = Math.max(most, tokenRequests);
          if (tokenRequests !== 1 || !isDeepStrictEqual(tally(counts), wanted)) missed[name] += 1;
        }
      }
      const bad = missed.granted + missed.refused + missed.abandoned;
      return {
        promise: `one login for ${CALLERS} callers on ${THREADS} threads: granted, refused, leader aborted`,
        wanted: `1 POST and equal answers in each of 3 × ${ROUNDS[scale]} rounds`,
        measured: `${bad} rounds missed (${missed.granted} / ${missed.refused} / ${missed.abandoned}); at most ${most} POST`,
        ok: bad === 0,
      };
    });
  } finally {
    await org.close();
  }
};

/** Outcomes by frequency. Different tokens of one round count as different outcomes. */
function tally(counts) {
  return Object.entries(counts)
    .map(([outcome, count]) => [count, outcome.startsWith('00D') ? 'token' : outcome])
    .sort(([one], [other]) => other - one);
}
