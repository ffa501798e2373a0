'use strict';

/** What reached the org. */
class Traffic {
  #exchangesInTheAir = 0;
  #stats = noTraffic();

  reset() {
    this.#stats = noTraffic();
  }

  /**
   * A request arrives.
   *
   * @param {import('./index').EndpointName} endpoint
   * @returns {() => void} to be called when it is over
   */
  arrive(endpoint) {
    const stats = this.#stats;
    stats.requests[endpoint] = (stats.requests[endpoint] ?? 0) + 1;
    if (endpoint !== 'token') return () => {};
    stats.exchanges += 1;
    this.#exchangesInTheAir += 1;
    stats.maxConcurrentExchanges = Math.max(stats.maxConcurrentExchanges, this.#exchangesInTheAir);
    return () => {
      this.#exchangesInTheAir -= 1;
    };
  }

  /**
   * @param {string} username
   * @param {boolean} isNew whether a session began
   */
  granted(username, isNew) {
    const stats = this.#stats;
    stats.tokensIssued += 1;
    stats.newSessions += isNew ? 1 : 0;
    stats.logins[username] = (stats.logins[username] ?? 0) + 1;
  }

  /** @param {'rotations' | 'refreshTokenReuses' | 'familiesRevoked' | 'simultaneousRefreshes'} event */
  count(event) {
    this.#stats[event] += 1;
  }

  rejected() {
    this.#stats.rejected401 += 1;
  }

  stats() {
    return structuredClone(this.#stats);
  }
}

/** @returns {import('./index').LocalOrgStats} */
function noTraffic() {
  return {
    exchanges: 0,
    tokensIssued: 0,
    newSessions: 0,
    logins: {},
    maxConcurrentExchanges: 0,
    requests: {},
    rejected401: 0,
    rotations: 0,
    refreshTokenReuses: 0,
    familiesRevoked: 0,
    simultaneousRefreshes: 0,
  };
}

exports.Traffic = Traffic;
