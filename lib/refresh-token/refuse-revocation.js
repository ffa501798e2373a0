'use strict';

// Makes `logout(true)` of a Connection fail instead of doing nothing.

const { invalid } = require('../checks.js');

const METHODS = ['logout', 'logoutByOAuth2', 'logoutBySoap'];

/**
 * Makes a Connection refuse `logout(true)`. jsforce would revoke `connection.refreshToken`, which is
 * never set here, and report a success without any effect.
 *
 * @param {any} connection
 */
function refuseRevocation(connection) {
  for (const name of METHODS) {
    const method = connection[name];
    if (typeof method !== 'function') continue;
    Object.defineProperty(connection, name, {
      value: async (/** @type {unknown[]} */ ...args) => {
        if (args[0]) throw notHere();
        return method.apply(connection, args);
      },
      configurable: true,
      writable: true,
    });
  }
}

function notHere() {
  return invalid(
    'revoke',
    'A Connection holds no refresh token to revoke: logout() revokes the access token; send the refresh token to /services/oauth2/revoke of the login host, then call forgetRefreshToken().',
  );
}

exports.refuseRevocation = refuseRevocation;
