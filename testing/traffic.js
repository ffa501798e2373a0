'use strict';

// Counters of the requests that reached an org, and of what the org answered.

/** The counters of one org. */
class Traffic {
  #inTheAir = 0;
  #stats = noTraffic();

  reset() {
    this.#stats = noTraffic();
  }

  /**
   * Counts a request that arrives.
   *
   * @param {import('./index').EndpointName} endpoint
   * @returns {() => void} to be called when the request is over
   */
  arrive(endpoint) {
    const stats = this.#stats;
    stats.requests[endpoint] = (stats.requests[endpoint] ?? 0) + 1;
    if (endpoint !== 'token') return () => {};
    stats.tokenRequests += 1;
    this.#inTheAir += 1;
    stats.maxConcurrentTokenRequests = Math.max(stats.maxConcurrentTokenRequests, this.#inTheAir);
    return () => {
      this.#inTheAir -= 1;
    };
  }

  /**
   * Counts a granted token.
   *
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

  /** Counts an API call that was refused because of its session. */
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
    tokenRequests: 0,
    tokensIssued: 0,
    newSessions: 0,
    logins: {},
    maxConcurrentTokenRequests: 0,
    requests: {},
    rejected401: 0,
    rotations: 0,
    refreshTokenReuses: 0,
    familiesRevoked: 0,
    simultaneousRefreshes: 0,
  };
}

exports.Traffic = Traffic;
