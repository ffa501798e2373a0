'use strict';

const { generateKeyPairSync } = require('node:crypto');
const { JWTConnectionManager } = require('..');
const { startLocalOrg } = require('../testing');
const { withProgram } = require('./program.js');
const { openWallClock } = require('./time-travel.js');
const { startTokenServer } = require('./token-server.js');

const CALLS = 10_000;
/** Seconds: how long the calls go on, and how far they are apart. */
const WALK = { long: 7_200, step: 20 };
/** When a login is tried again, in seconds since the first: after a minute, doubling to fifteen. */
const DUE = [0, 60, 180, 420, 900, 1_800, 2_700, 3_600, 4_500, 5_400, 6_300, 7_200];
const REVOCATIONS = 200;
const MOST_AN_HOUR = 60;

/** A credential that Salesforce refuses for good is not tried at every call. */
module.exports = async () => {
  const [still, posts, capped] = [await callAtOnce(), await callForHours(), await renewInVain()];
  const hours = {
    promise: 'a login that is refused is tried ever more rarely',
    wanted: `wrong key: POST after 60 s, doubling to 15 min, in ${CALLS} calls over ${WALK.long / 3_600} h`,
  };
  return [
    {
      promise: 'a login that is refused is not tried at every call',
      wanted: `wrong key: 1 POST for ${CALLS} calls; ≤ ${MOST_AN_HOUR} useless logins an hour`,
      measured: `${still.posts} POST, ${still.refused} times ASSERTION_INVALID; ${capped} of ${REVOCATIONS}`,
      ok: still.posts === 1 && still.refused === CALLS && capped <= MOST_AN_HOUR,
    },
    posts === undefined
      ? { ...hours, skipped: 'libfaketime is not installed' }
      : { ...hours, measured: `POST at ${posts.join(', ')} s`, ok: String(posts) === String(DUE) },
  ];
};

/** With a key that is not the app's. */
async function callAtOnce() {
  const org = await startLocalOrg();
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  try {
    return await withProgram('calls.js', async ({ ask }) => {
      const config = { ...org.config, privateKey };
      const codes = await ask('callMany', { config, times: CALLS, atOnce: 100 });
      return { posts: org.stats().exchanges, refused: codes.ASSERTION_INVALID };
    });
  } finally {
    await org.close();
  }
}

/** While the wall clock goes on; the seconds at which there was a request. */
async function callForHours() {
  const clock = openWallClock();
  if (clock === undefined) return undefined;
  const fields = { error: 'invalid_grant', error_description: 'invalid assertion' };
  const server = await startTokenServer(() => ({ status: 400, fields }));
  const steps = WALK.long / WALK.step + 1;
  const times = Math.ceil(CALLS / steps);
  const posts = [];
  try {
    await withProgram(
      'calls.js',
      async ({ ask }) => {
        for (let second = 0; second <= WALK.long; second += WALK.step) {
          clock.setWall(second);
          const before = server.exchanges();
          await ask('callMany', { config: server.config, times, atOnce: times });
          for (let post = before; post < server.exchanges(); post += 1) posts.push(second);
        }
      },
      { env: clock.env },
    );
  } finally {
    server.close();
    clock.close();
  }
  return posts;
}

/** Logins made because the API refuses each token, the first one included. */
async function renewInVain() {
  const org = await startLocalOrg();
  const manager = new JWTConnectionManager();
  try {
    for (let time = 0; time < REVOCATIONS; time += 1) {
      // Of its own, as one Connection does not put up with many.
      const connection = await manager.getConnection(org.config, { fresh: true }).catch(() => {});
      if (connection === undefined) continue;
      org.revokeAll();
      await connection.query('SELECT Id FROM Account LIMIT 1').catch(() => {});
    }
    return org.stats().exchanges;
  } finally {
    await org.close();
  }
}
