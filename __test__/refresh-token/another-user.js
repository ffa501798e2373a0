'use strict';

const { plant } = require('../../support/canaries');

/**
 * Registers a second user of the app; their refresh token.
 *
 * @param {import('../../testing').LocalOrg} org
 */
function tokenOfAnother(org) {
  const { clientId, clientSecret, redirectUri } = org.oauth;
  const another = 'another@example.com';
  const users = [org.config.username, another];
  org.register({ clientId, clientSecret, redirectUris: [redirectUri], users });
  const token = org.issueRefreshToken({ username: another });
  plant('the refresh token of another user', token);
  return token;
}

module.exports = { tokenOfAnother };
