'use strict';

const { isSameApp } = require('./oauth2-config.js');

/** @typedef {import('./oauth2-config').Wanted} Wanted */
/** @typedef {import('./refresh-token-login').RefreshTokenLogin} RefreshTokenLogin */

/**
 * What the user's functions have read, for as long as the functions live: a manager that has dropped
 * its entries must still be able to forget it.
 */
class KnownFunctions {
  /** @type {WeakMap<Function, { app: Wanted, logins: RefreshTokenLogin[] }>} */
  #known = new WeakMap();

  /**
   * @param {Wanted} config
   * @param {RefreshTokenLogin} login
   */
  add(config, login) {
    const { refreshToken } = config;
    if (typeof refreshToken !== 'function') return;
    // The one before stays as well: the new one may never come to call the function.
    const [before] = this.find(config);
    const logins = before === undefined || before === login ? [login] : [login, before];
    this.#known.set(refreshToken, { app: config, logins });
  }

  /**
   * The last logins that called the function; none, if it was never called.
   *
   * @param {Wanted} wanted
   */
  find(wanted) {
    if (typeof wanted.refreshToken !== 'function') return [];
    const known = this.#known.get(wanted.refreshToken);
    if (known === undefined || !isSameApp(known.app, wanted)) return [];
    return known.logins.filter((login) => login.isRead());
  }
}

exports.KnownFunctions = KnownFunctions;
