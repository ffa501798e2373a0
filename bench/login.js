'use strict';

// Who logs in: a consumer key, a key pair and a user, new for each run.

const { generateKeyPairSync } = require('node:crypto');

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/** @param {string} instanceUrl */
function loginAt(instanceUrl, username = 'integration@example.com') {
  return { clientId: `3MVG9${'bench'.repeat(16)}`, privateKey, username, instanceUrl };
}

module.exports = { loginAt };
