'use strict';

const { createPublicKey } = require('node:crypto');
const { startLocalOrg } = require('../../testing');
const { keyBody, plant } = require('../../support/canaries');

/** What is open in the test that runs, the youngest last. */
const open = [];

// A client before its server.
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

/** Closes it after the test, as every org here is. */
function closeAfterTest(closable) {
  open.push(closable);
  return closable;
}

/** @type {typeof startLocalOrg} */
async function startOrg(options) {
  const org = closeAfterTest(await startLocalOrg(options));
  plant('the private key', keyBody(org.config.privateKey));
  plant('the client secret', org.oauth.clientSecret);
  plant('the refresh token', org.oauth.refreshToken);
  return org;
}

/** The public key that the org's ready app knows, PEM, to register more apps with. */
function publicKeyOf({ config }) {
  return createPublicKey(config.privateKey).export({ type: 'spki', format: 'pem' });
}

module.exports = { closeAfterTest, publicKeyOf, startOrg };
