'use strict';

// Promise 23: a login that can work again works again, soon after its server does.

const { setTimeout: sleep } = require('node:timers/promises');
const { startLocalOrg } = require('../testing');
const { startTokenServer } = require('./token-server.js');

const COUNT = { short: 2, full: 20 };
/** Seconds that a slow token endpoint takes. */
const SLOW = [4.5, 6, 7];
/** Milliseconds between two calls of a user who waits for the server. */
const STEP = 50;

const load = () => require('..');
const longest = (times) => (Math.max(...times) / 1_000).toFixed(1);

/** Milliseconds until a call succeeds. */
async function timeUntilGranted(call) {
  const started = performance.now();
  while (performance.now() - started < 10_000) {
    if (
      await call().then(
        () => true,
        () => false,
      )
    )
      return performance.now() - started;
    await sleep(STEP);
  }
  return Infinity;
}

/** One page in place of an answer, to a login that has never worked. */
async function afterOnePage() {
  const page = { status: 403, fields: { page: 'of a firewall' } };
  const server = await startTokenServer((number) => (number === 1 ? page : {}));
  const manager = new (load().JWTConnectionManager)();
  try {
    return await timeUntilGranted(() => manager.getAccessToken(server.config));
  } finally {
    server.close();
  }
}

/** One 503 to a refresh token of an app that does not rotate, of which nobody knows it. */
async function afterALostAnswer() {
  const org = await startLocalOrg();
  org.inject({ kind: 'unavailable' }, { times: 1 });
  const Connection = class {};
  const manager = new (load().SalesforceConnectionManager)({ Connection });
  try {
    const time = await timeUntilGranted(() => manager.getConnection(org.oauth));
    return { time, requests: org.stats().tokenRequests };
  } finally {
    await org.close();
  }
}

/** A login at an endpoint that always takes so long. */
async function atASlowEndpoint(seconds) {
  const server = await startTokenServer(() => ({ delay: seconds * 1_000 }));
  const manager = new (load().JWTConnectionManager)();
  try {
    return await timeUntilGranted(() => manager.getAccessToken(server.config));
  } finally {
    server.close();
  }
}

module.exports = async (scale) => {
  const rounds = Array.from({ length: COUNT[scale] });
  const pages = await Promise.all(rounds.map(afterOnePage));
  const lost = await Promise.all(rounds.map(afterALostAnswer));
  const slow = await Promise.all(SLOW.map(atASlowEndpoint));
  const times = lost.map(({ time }) => time);
  return [
    {
      promise: 'one bad page locks no login out',
      wanted: 'a token within 1.5 s',
      measured: `at most ${longest(pages)} s in ${pages.length} logins`,
      ok: pages.every((time) => time < 1_500),
    },
    {
      promise: 'nor does one lost answer to a refresh token that is still good',
      wanted: 'a token within 1.5 s, by 2 requests',
      measured: `at most ${longest(times)} s in ${lost.length} logins`,
      ok: lost.every(({ time, requests }) => time < 1_500 && requests === 2),
    },
    {
      promise: 'a slow token endpoint logs in',
      wanted: `endpoints that take ${SLOW.join(', ')} s answer the first call in that time`,
      measured: slow.map((time) => `${(time / 1_000).toFixed(1)} s`).join(', '),
      ok: slow.every((time, at) => time < SLOW[at] * 1_000 + 500),
    },
  ];
};
