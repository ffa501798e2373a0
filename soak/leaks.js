'use strict';

// Promise 20: no leak of memory, threads or files.

const { withProgram } = require('./program.js');
const { startTokenServer } = require('./token-server.js');

/**
 * Warm-up rounds come first: the allocator takes two thousand mints to reach its size. `growth` is
 * in MiB.
 */
const WORK = {
  full: { warmUp: 4, rounds: 20, hits: 500_000, mints: 1_000, growth: 1 },
  short: { warmUp: 1, rounds: 6, hits: 50_000, mints: 60, growth: 4 },
};

/** Measures a process over millions of hits and thousands of mints. */
module.exports = async (scale) => {
  const { growth, ...work } = WORK[scale];
  const { rounds, hits, mints } = work;
  const promise = 'no leak of memory, threads or files';
  const amount = `${(rounds * hits).toLocaleString('en')} hits and ${(rounds * mints).toLocaleString('en')} mints`;
  const wanted = `RSS grows ≤ ${growth} MiB over ${amount}; threads and files as before`;
  if (process.platform !== 'linux') {
    return { promise, wanted, skipped: 'not on Linux' };
  }
  const server = await startTokenServer();
  try {
    /** @type {Array<{ rss: number, threads: number, files: number }>} */
    const held = await withProgram(
      'leaks',
      ({ ask }) => ask('live', { config: server.config, ...work }),
      { args: ['--expose-gc', '--max-semi-space-size=1'] },
    );
    const [first] = held;
    const last = held[rounds];
    const grown = slope(held.map(({ rss }) => rss)) * rounds;
    return {
      promise,
      wanted,
      measured: `${grown.toFixed(2)} MiB by slope (${first.rss.toFixed(1)} → ${last.rss.toFixed(1)} MiB); threads ${first.threads} → ${last.threads}, files ${first.files} → ${last.files}`,
      ok: grown <= growth && last.threads === first.threads && last.files === first.files,
    };
  } finally {
    server.close();
  }
};

/** Growth per round, by least squares. */
function slope(values) {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let products = 0;
  let squares = 0;
  for (const [index, value] of values.entries()) {
    products += (index - middle) * (value - mean);
    squares += (index - middle) ** 2;
  }
  return products / squares;
}
