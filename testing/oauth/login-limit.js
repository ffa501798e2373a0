'use strict';

// The login limit: how many logins a user may make in an hour.

const HOUR = 3_600_000;

/** Counts the logins of each user by the hour. */
class LoginLimit {
  /** @type {Map<string, { since: number, logins: number }>} */
  #hours = new Map();

  /** @param {number} perHour */
  constructor(perHour) {
    this.perHour = perHour;
  }

  /**
   * Whether the user may log in once more. If so, the login is counted.
   *
   * @param {string} username
   */
  admits(username) {
    const now = Date.now();
    let hour = this.#hours.get(username);
    if (!hour || now - hour.since >= HOUR) {
      hour = { since: now, logins: 0 };
      this.#hours.set(username, hour);
    }
    if (hour.logins >= this.perHour) return false;
    hour.logins += 1;
    return true;
  }
}

module.exports = { LoginLimit };
