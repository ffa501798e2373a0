'use strict';

// Promise 7: a refused login is not tried at every call.

const { generateKeyPairSync } = require('node:crypto');
const { JWTConnectionManager } = require('..');
const { startLocalOrg } = require('../testing');
const { withProgram } = require('./program.js');

const CALLS = 10_000;
const REVOCATIONS = 200;
const MOST_AN_HOUR = 60;

/** Counts the requests of many calls with a wrong key, and of renewals that never help. */
module.exports = async () => {
  const [still, capped] = [await callAtOnce(), await renewInVain()];
  return {
    promise: 'a refused login is not tried at every call',
    wanted: `wrong key: 1 POST for ${CALLS} calls; ≤ ${MOST_AN_HOUR} useless logins an hour`,
    measured: `${still.posts} POST, ${still.refused} times ASSERTION_INVALID; ${capped} of ${REVOCATIONS}`,
    ok: still.posts === 1 && still.refused === CALLS && capped <= MOST_AN_HOUR,
  };
};

/** Makes calls with a key that the app does not have. */
async function callAtOnce() {
  const org = await startLocalOrg();
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  try {
    return await withProgram('calls', async ({ ask }) => {
      const config = { ...org.config, privateKey };
      const codes = await ask('callMany', { config, times: CALLS, atOnce: 100 });
      return { posts: org.stats().tokenRequests, refused: codes.ASSERTION_INVALID };
    });
  } finally {
    await org.close();
  }
}

/** Counts the logins that are made while the API refuses each token. The first login counts. */
async function renewInVain() {
  const org = await startLocalOrg();
  const manager = new JWTConnectionManager();
  try {
    for (let time = 0; time < REVOCATIONS; time += 1) {
      // One Connection would give up after a few revocations.
      const connection = await manager.getConnection(org.config, { fresh: true }).catch(() => {});
      if (connection === undefined) continue;
      org.revokeAll();
      await connection.query('SELECT Id FROM Account LIMIT 1').catch(() => {});
    }
    return org.stats().tokenRequests;
  } finally {
    await org.close();
  }
}
