'use strict';

// Promise 8: retries multiply no load.

const { JWTConnectionManager } = require('..');
const { claimsOf, startTokenServer } = require('./token-server.js');

const LOGINS = { full: 10_000, short: 400 };
const AT_ONCE = 40;
/** One attempt in ten meets a fault. */
const FAULT_EVERY = 10;
const MOST_EXTRA = 0.2;
const MOST_ATTEMPTS = 3;

/** Faults that pass. */
const PASSING = [
  { loss: 'reset' },
  { status: 503 },
  { status: 500 },
  { status: 408 },
  { status: 429 },
  { status: 400, fields: { error: 'unknown_error', error_description: 'retry your request' } },
];
/** Every final 4xx, with and without an OAuth error. */
const FINAL = Array.from({ length: 100 }, (_, index) => 400 + index)
  .filter((status) => status !== 408 && status !== 429)
  .flatMap((status) => [
    { status },
    { status, fields: { error: 'invalid_grant', error_description: 'invalid assertion' } },
  ]);

/** Counts the requests of many logins, some of which meet faults. */
module.exports = async (scale) => {
  const logins = LOGINS[scale];
  const { share, failed, gaveUpEarly } = await extraRequests(logins);
  // One in ten of the logins that meet a fault meets another one.
  const doomed = Math.ceil(logins / FAULT_EVERY ** MOST_ATTEMPTS);
  const attempts = await Promise.all(PASSING.map((answer) => requestsFor(answer)));
  let retried = 0;
  for (const answer of FINAL) retried += (await requestsFor(answer)) - 1;
  return {
    promise: `retries multiply no load, at ${100 / FAULT_EVERY} % passing faults`,
    wanted: `≤ ${MOST_EXTRA * 100} % extra requests; ${doomed} logins fail, each after ${MOST_ATTEMPTS} attempts; ≤ ${MOST_ATTEMPTS} attempts; 0 retries of ${FINAL.length} final 4xx`,
    measured: `${(share * 100).toFixed(1)} % extra, ${failed} of ${logins} failed, ${gaveUpEarly} of them not after ${MOST_ATTEMPTS}; ${Math.max(...attempts)} attempts; ${retried} retries`,
    ok:
      share <= MOST_EXTRA &&
      failed === doomed &&
      gaveUpEarly === 0 &&
      Math.max(...attempts) <= MOST_ATTEMPTS &&
      retried === 0,
  };
};

/**
 * The answer to an attempt of a login. Exactly one first attempt in ten meets a fault, and one
 * second attempt in ten of those, and so on. The order of the attempts does not matter.
 *
 * @param {number} login from 0
 * @param {number} attempt from 1
 */
function answerTo(login, attempt) {
  if (login % FAULT_EVERY ** attempt !== 0) return {};
  return PASSING[(login / FAULT_EVERY + attempt) % PASSING.length];
}

/** @param {number} logins */
async function extraRequests(logins) {
  /** @type {number[]} number of attempts of each login */
  const attempts = Array(logins).fill(0);
  const server = await startTokenServer((_, form) => {
    const login = Number(claimsOf(form).sub);
    attempts[login] += 1;
    return answerTo(login, attempts[login]);
  });
  /** @type {number[]} */
  const failed = [];
  let next = 0;
  const lane = async () => {
    while (next < logins) {
      const login = next;
      next += 1;
      const config = { ...server.config, username: String(login) };
      await new JWTConnectionManager().getAccessToken(config).catch(() => failed.push(login));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  server.close();
  return {
    share: server.requests() / logins - 1,
    failed: failed.length,
    gaveUpEarly: failed.filter((login) => attempts[login] !== MOST_ATTEMPTS).length,
  };
}

/** The number of requests that one call sends to a server with this answer. */
async function requestsFor(answer) {
  const server = await startTokenServer(() => answer);
  await new JWTConnectionManager().getAccessToken(server.config).catch(() => {});
  server.close();
  return server.requests();
}
