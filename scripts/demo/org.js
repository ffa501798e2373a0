'use strict';

// The org that the demo logs in to: named by the environment, or started on this machine.

const { randomBytes } = require('node:crypto');

const VARIABLES = ['SF_CLIENT_ID', 'SF_PRIVATE_KEY', 'SF_USERNAME', 'SF_INSTANCE_URL'];

/**
 * @typedef {object} DemoOrg
 * @property {string} title
 * @property {import('../..').JWTConfig} [config] absent where the environment sets it
 * @property {[string, string][]} facts
 * @property {import('../../testing').LocalOrg} [local]
 */

/** @returns {Promise<DemoOrg>} */
function openOrg() {
  return VARIABLES.every((name) => process.env[name]) ? namedOrg() : localOrg();
}

async function namedOrg() {
  const { SF_CLIENT_ID, SF_USERNAME, SF_INSTANCE_URL } = process.env;
  return {
    title: 'The org that SF_INSTANCE_URL names',
    facts: [
      ['Address', SF_INSTANCE_URL],
      ['Consumer key', shortened(SF_CLIENT_ID)],
      ['User', SF_USERNAME],
    ],
  };
}

async function localOrg() {
  const { startLocalOrg } = require('../../testing');
  const { newCertificate } = require('./certificate.js');
  const { privateKey, certificate } = await newCertificate();
  const local = await startLocalOrg();
  const clientId = `3MVG9${randomBytes(30).toString('hex')}`;
  const username = 'demo@example.com';
  local.register({ clientId, certificate, users: [username] });
  const missing = VARIABLES.filter((name) => !process.env[name]);
  return {
    title: 'A Salesforce org on this machine',
    local,
    config: { clientId, privateKey, username, instanceUrl: local.url },
    facts: [
      ['Address', local.url],
      ['App', 'external client app, registered with a certificate made just now'],
      ['Consumer key', shortened(clientId)],
      ['User', username],
      ['For your own org, set', missing.join(', ')],
    ],
  };
}

const shortened = (clientId) => `${clientId.slice(0, 9)}…`;

module.exports = { openOrg };
