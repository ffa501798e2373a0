'use strict';

const { JWTConnectionManager } = require('..');
const { startTokenServer } = require('./token-server.js');

const LOGINS = { full: 10_000, short: 400 };
const AT_ONCE = 40;
const FAULT_RATE = 0.1;
const MOST_EXTRA = 0.2;
const MOST_ATTEMPTS = 3;

/** What passes by itself. */
const PASSING = [
  { loss: 'reset' },
  { status: 503 },
  { status: 500 },
  { status: 408 },
  { status: 429 },
  { status: 400, fields: { error: 'unknown_error', error_description: 'retry your request' } },
];
/** Every 4xx that stays, with and without an OAuth error. */
const FINAL = Array.from({ length: 100 }, (_, index) => 400 + index)
  .filter((status) => status !== 408 && status !== 429)
  .flatMap((status) => [
    { status },
    { status, fields: { error: 'invalid_grant', error_description: 'invalid assertion' } },
  ]);

/** How many requests more than logins are sent when some of them meet a fault. */
module.exports = async (scale) => {
  const extra = await extraRequests(LOGINS[scale]);
  const attempts = await Promise.all(PASSING.map((answer) => requestsFor(answer)));
  let retried = 0;
  for (const answer of FINAL) retried += (await requestsFor(answer)) - 1;
  return {
    promise: `retries multiply no load, at ${FAULT_RATE * 100} % passing faults`,
    wanted: `≤ ${MOST_EXTRA * 100} % extra requests, ≤ 0.2 % failed logins; ≤ ${MOST_ATTEMPTS} attempts; 0 retries of ${FINAL.length} final 4xx`,
    measured: `${(extra.share * 100).toFixed(1)} % extra, ${extra.failed} of ${LOGINS[scale]} failed; ${Math.max(...attempts)} attempts; ${retried} retries`,
    ok:
      extra.share <= MOST_EXTRA &&
      extra.failed <= LOGINS[scale] * 0.002 + 2 &&
      Math.max(...attempts) <= MOST_ATTEMPTS &&
      retried === 0,
  };
};

/** @param {number} logins */
async function extraRequests(logins) {
  const server = await startTokenServer(() => {
    if (Math.random() >= FAULT_RATE) return {};
    return PASSING[Math.floor(Math.random() * PASSING.length)];
  });
  let failed = 0;
  let left = logins;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await new JWTConnectionManager().getAccessToken(server.config).catch(() => {
        failed += 1;
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const share = server.exchanges() / logins - 1;
  server.close();
  return { share, failed };
}

/** The requests that one call makes of a server with this answer. */
async function requestsFor(answer) {
  const server = await startTokenServer(() => answer);
  await new JWTConnectionManager().getAccessToken(server.config).catch(() => {});
  server.close();
  return server.exchanges();
}
