'use strict';

const { plant } = require('../../support/canaries');

const ANOTHER = 'another@example.com';

/**
 * Registers a second user of the app; their refresh token.
 *
 * @param {import('../../testing').LocalOrg} org
 */
function tokenOfAnother(org) {
  const { clientId, clientSecret, redirectUri } = org.oauth;
  const users = [org.config.username, ANOTHER];
  org.register({ clientId, clientSecret, redirectUris: [redirectUri], users });
  const token = org.issueRefreshToken({ username: ANOTHER });
  plant('the refresh token of another user', token);
  return token;
}

module.exports = { ANOTHER, tokenOfAnother };
