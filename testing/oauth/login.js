'use strict';

// The last checks of every login: the user, the login limit, the state of the org.

const { Refusal } = require('./refusal');

/**
 * Refuses a login that the user, the login limit or the org does not allow.
 *
 * @param {import('../clients').Client} client
 * @param {string} username
 * @param {import('../org').Org} org
 */
function logIn(client, username, org) {
  checkUser(client.users.get(username), client);
  if (!org.loginLimit.admits(username)) {
    throw new Refusal('invalid_grant', 'login rate exceeded');
  }
  if (org.faults.strike(['inactive-org'])) {
    throw new Refusal('inactive_org', 'Org is locked, closed, or suspended');
  }
}

/**
 * @param {Required<import('../index').UserRegistration> | undefined} user
 * @param {import('../clients').Client} client
 */
function checkUser(user, client) {
  if (!user) throw new Refusal('invalid_grant', "user hasn't approved this consumer");
  if (!user.active) throw new Refusal('invalid_grant', 'inactive user');
  if (!user.approved) {
    throw client.approval === 'admin-approved'
      ? new Refusal('invalid_app_access', 'user is not admin approved to access this app')
      : new Refusal('invalid_grant', "user hasn't approved this consumer");
  }
  if (!user.ipAllowed) throw new Refusal('invalid_grant', 'ip restricted');
}

module.exports = { logIn };
