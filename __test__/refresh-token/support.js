'use strict';

const { SalesforceConnectionManager } = require('../..');
const { plant } = require('../../support/canaries');
const { startOrg } = require('../support/orgs');

const QUERY = 'SELECT Id FROM Account LIMIT 1';

/** A manager that hears of new refresh tokens: without it a warning would say that nobody stores them. */
function listening(options) {
  return new SalesforceConnectionManager(options).on('refreshToken', () => {});
}

/** An org whose apps rotate refresh tokens unless it is said otherwise, and a manager. */
async function stage(options = {}, managerOptions = {}) {
  const org = await startOrg({ rotation: true, ...options });
  return { org, config: org.oauth, manager: listening(managerOptions) };
}

/** An `onRefreshToken` that stores, and what it stored. */
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

module.exports = { QUERY, keeper, listening, stage };
