'use strict';

const { SalesforceConnectionManager } = require('../..');
const { plant } = require('../support/canaries');
const { startOrg } = require('../support/orgs');

const QUERY = 'SELECT Id FROM Account LIMIT 1';

/** An org whose apps rotate refresh tokens unless it is said otherwise, and a manager. */
async function stage(options = {}, managerOptions = {}) {
  const org = await startOrg({ rotation: true, ...options });
  const manager = new SalesforceConnectionManager(managerOptions);
  // Without it a warning would say that nobody keeps the new refresh tokens.
  manager.on('refreshToken', () => {});
  return { org, config: org.oauth, manager };
}

/** An `onRefreshToken` that keeps, and what it kept. */
function keeper() {
  /** @type {string[]} */
  const kept = [];
  /** @type {string[]} */
  const fingerprints = [];
  const onRefreshToken = async (token, oldFingerprint) => {
    plant('a new refresh token', token);
    await new Promise(setImmediate);
    kept.push(token);
    fingerprints.push(oldFingerprint);
  };
  return { kept, fingerprints, onRefreshToken };
}

module.exports = { QUERY, keeper, stage };
