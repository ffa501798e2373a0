'use strict';

// Live tokens for the entries of one manager.

const { peek } = require('../../native.js');
const { errorOf } = require('../errors.js');

// Few calls have a signal or a rejected token. A cold start does not load what they need.
const abort = () => require('../abort.js');
const rejection = () => require('./rejection.js');

/** @typedef {import('./entry').TokenEntry} TokenEntry */
/** @typedef {import('../..').AccessToken} AccessToken */
/** @typedef {Pick<ReturnType<typeof import('../call-options').readCallOptions>, 'budget' | 'signal' | 'rejectedToken'>} TokenCall */

/** `peek`: the token may not be used. */
const DEAD = 0;
/** `peek`: the token may be used, and its use should be marked. */
const UNMARKED = 2;
/** `peek`: the token may be used, and its renewal is due. */
const DUE = 3;

/** @template {TokenEntry} E */
class LiveTokens {
  /** @protected */
  entries;

  /** @param {{ markUsed(entry: E): void }} entries */
  constructor(entries) {
    this.entries = entries;
  }

  /**
   * Whether the entry has a token that may be used now. Every call asks this. So it is one native
   * call with a number, whose answer also tells what else is due.
   *
   * @param {E} entry
   */
  isAlive(entry) {
    const state = peek(entry.ticket);
    if (state === UNMARKED) {
      entry.login.markUsed();
      this.entries.markUsed(entry);
    } else if (state === DUE) {
      entry.login.renew(entry.ticket);
    } else if (state === DEAD) {
      // Another call or another thread may have renewed the token.
      const cached = entry.login.cached();
      if (cached === null) return false;
      entry.adopt(cached);
    }
    return true;
  }

  /**
   * The entry's token if it is alive and not the one that the caller rejects, else one that the login
   * asks for.
   *
   * @param {E} entry
   * @param {TokenCall} call
   * @returns {Promise<AccessToken>}
   */
  async token(entry, call) {
    const { budget, signal, rejectedToken } = call;
    if (signal !== undefined) abort().throwIfAborted(signal);
    const isAlive = entry.token !== null && this.isAlive(entry);
    // `isAlive` may have adopted a newer token.
    const { token } = entry;
    if (isAlive && token !== null && token.accessToken !== rejectedToken) return token;
    if (rejectedToken !== undefined) return this.#replace(entry, rejectedToken, call);
    const asking = entry.login.token(budget);
    const asked = await (signal === undefined ? asking : abort().untilAborted(asking, signal));
    if (asked.outcome === 'refused') throw errorOf(asked.refusal);
    return entry.adopt(asked.token);
  }

  /**
   * @param {E} entry
   * @param {string} rejectedToken
   * @param {TokenCall} call
   */
  async #replace(entry, rejectedToken, call) {
    const { Trial, replaceRejected, sessionRejected } = rejection();
    if (entry.trial?.hasFailed(rejectedToken)) throw sessionRejected('a new token');
    const { token, isNew } = await replaceRejected(entry, rejectedToken, call);
    if (isNew) entry.trial = new Trial(token.accessToken);
    if (token.accessToken === rejectedToken) throw sessionRejected('the token it issues again');
    return token;
  }
}

exports.LiveTokens = LiveTokens;
