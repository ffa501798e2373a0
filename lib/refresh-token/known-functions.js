'use strict';

const { isSameApp } = require('./config.js');

/** @typedef {import('./config').Wanted} Wanted */
/** @typedef {import('./login').RefreshTokenLogin} RefreshTokenLogin */

/** Logins remembered for one function: one for each clear and each key. */
const MOST = 100;

/**
 * What the user's functions have read, for as long as the functions live: a manager that has dropped
 * its entries must still be able to forget it.
 */
class KnownFunctions {
  /** @type {WeakMap<Function, { app: Wanted, login: RefreshTokenLogin }[]>} */
  #known = new WeakMap();

  /**
   * @param {Wanted} config
   * @param {RefreshTokenLogin} login
   */
  add(config, login) {
    const { refreshToken } = config;
    if (typeof refreshToken !== 'function') return;
    const before = this.#known.get(refreshToken) ?? [];
    const others = before.filter((known) => known.login !== login && !known.login.isForgotten());
    this.#known.set(refreshToken, [...others.slice(1 - MOST), { app: config, login }]);
  }

  /**
   * The logins that called the function.
   *
   * @param {Wanted} wanted
   */
  find(wanted) {
    if (typeof wanted.refreshToken !== 'function') return [];
    const known = this.#known.get(wanted.refreshToken) ?? [];
    const ours = known.filter(({ app, login }) => isSameApp(app, wanted) && login.isRead());
    return ours.map(({ login }) => login);
  }
}

exports.KnownFunctions = KnownFunctions;
