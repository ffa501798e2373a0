'use strict';

const { authError, causedBy } = require('./errors.js');
const { inSeconds, within } = require('./time-limit.js');

/** @typedef {import('../native').Rotation} Rotation */
/** @typedef {import('..').OAuth2Config['onRefreshToken']} OnRefreshToken */

/** The event of a new refresh token. */
const EVENT = 'refreshToken';

let warned = false;

/**
 * Gives new refresh tokens to the user to keep. What the user's functions throw may hold the token,
 * so it is a `cause` and in no message.
 */
class RefreshTokenKeeper {
  #events;
  #onRefreshToken;
  #keepTimeout;

  /**
   * @param {import('node:events').EventEmitter} events
   * @param {{ onRefreshToken?: OnRefreshToken, keepTimeout: number }} config
   */
  constructor(events, { onRefreshToken, keepTimeout }) {
    this.#events = events;
    this.#onRefreshToken = onRefreshToken;
    this.#keepTimeout = keepTimeout;
  }

  /**
   * Whether it would be no other function that keeps.
   *
   * @param {OnRefreshToken} onRefreshToken
   * @param {number | undefined} keepTimeout
   */
  isBy(onRefreshToken, keepTimeout) {
    if (onRefreshToken === undefined) return true;
    return this.#onRefreshToken === onRefreshToken && this.#keepTimeout === keepTimeout;
  }

  /**
   * @param {OnRefreshToken} onRefreshToken
   * @param {number} keepTimeout seconds
   */
  keepBy(onRefreshToken, keepTimeout) {
    this.#onRefreshToken = onRefreshToken;
    this.#keepTimeout = keepTimeout;
  }

  /** How long keeping may take, in milliseconds; undefined if nobody would keep anything. */
  patience() {
    const isKept = this.#onRefreshToken !== undefined || this.#events.listenerCount(EVENT) > 0;
    return isKept ? this.#keepTimeout * 1000 : undefined;
  }

  /**
   * Returns when the new refresh token is kept.
   *
   * @param {Rotation} rotation
   * @param {number} left what is left of the call's time, in milliseconds
   */
  async keep(rotation, left) {
    const { refreshToken, oldFingerprint } = rotation;
    const isHeard = this.#emit(refreshToken, oldFingerprint);
    const onRefreshToken = this.#onRefreshToken;
    if (onRefreshToken === undefined) {
      rotation.kept();
      if (!isHeard) warnOnce();
      return;
    }
    const limit = Math.min(this.#keepTimeout * 1000, left);
    let what = 'onRefreshToken failed.';
    // A success counts even if it comes too late for this call.
    const keeping = called(onRefreshToken, refreshToken, oldFingerprint).then(() =>
      rotation.kept(),
    );
    try {
      await within(keeping, limit, () => {
        what = `onRefreshToken did not finish within ${inSeconds(limit)}.`;
      });
    } catch (cause) {
      rotation.failed(what);
      throw causedBy(cause, authError('REFRESH_NOT_PERSISTED', what));
    }
  }

  /**
   * @param {string} refreshToken
   * @param {string} oldFingerprint
   */
  #emit(refreshToken, oldFingerprint) {
    try {
      return this.#events.emit(EVENT, refreshToken, oldFingerprint);
    } catch {
      warn('A listener of the event refreshToken threw.', 'REFRESH_TOKEN_LISTENER_FAILED');
      return true;
    }
  }
}

/**
 * @param {NonNullable<OnRefreshToken>} onRefreshToken
 * @param {[newToken: string, oldFingerprint: string]} args
 */
async function called(onRefreshToken, ...args) {
  await onRefreshToken(...args);
}

function warnOnce() {
  if (warned) return;
  warned = true;
  warn(
    'Salesforce replaced a refresh token, and nobody keeps the new one: it dies with this process. Pass the option onRefreshToken.',
    'REFRESH_TOKEN_NOT_KEPT',
  );
}

/**
 * @param {string} message
 * @param {string} code
 */
function warn(message, code) {
  process.emitWarning(message, { type: 'RefreshTokenWarning', code });
}

exports.RefreshTokenKeeper = RefreshTokenKeeper;
