'use strict';

// Has the user store each new refresh token, by callback or by listener.

const { authError, causedBy } = require('../errors.js');
const { inSeconds, within } = require('../time-limit.js');
const { warn, warnOnce } = require('../warnings.js');

/** @typedef {import('../../native').Rotation} Rotation */
/** @typedef {import('../..').OAuth2Config['onRefreshToken']} OnRefreshToken */
/** @typedef {{ onRefreshToken?: OnRefreshToken, keepTimeout: number }} Callback */

const WARNING = 'RefreshTokenWarning';
/** The event of a new refresh token. */
const EVENT = 'refreshToken';
const LISTENER = 'A listener of the event refreshToken';

/**
 * Passes new refresh tokens to the user's callback or listeners. An error that they throw may
 * contain the token. Such an error is attached as `cause`, and never quoted in a message.
 */
class RefreshTokenKeeper {
  #events;
  #onRefreshToken;
  #keepTimeout;

  /**
   * @param {import('node:events').EventEmitter} events
   * @param {Callback} callback
   */
  constructor(events, { onRefreshToken, keepTimeout }) {
    this.#events = events;
    this.#onRefreshToken = onRefreshToken;
    this.#keepTimeout = keepTimeout;
  }

  /**
   * Whether this callback and timeout are already set; no callback changes nothing.
   *
   * @param {OnRefreshToken} onRefreshToken
   * @param {number | undefined} keepTimeout seconds
   */
  sameCallback(onRefreshToken, keepTimeout) {
    if (onRefreshToken === undefined) return true;
    return this.#onRefreshToken === onRefreshToken && this.#keepTimeout === keepTimeout;
  }

  /** @param {Callback} callback */
  setCallback({ onRefreshToken, keepTimeout }) {
    this.#onRefreshToken = onRefreshToken;
    this.#keepTimeout = keepTimeout;
  }

  /** The time to store a new refresh token, in milliseconds; undefined if nobody would store it. */
  storeWithin() {
    const isStored = this.#onRefreshToken !== undefined || this.#events.listenerCount(EVENT) > 0;
    return isStored ? this.#keepTimeout * 1000 : undefined;
  }

  /**
   * Waits until the user has stored the new refresh token, or until it is postponed because nobody
   * stores it. Storing has its own time limit: it continues after the call's time is over.
   *
   * @param {Rotation} rotation
   * @param {number} left the rest of the call's time, in milliseconds
   */
  store(rotation, left) {
    return within(this.#store(rotation), left, () =>
      authError('DEADLINE', 'The new refresh token was not stored before the call had to end.'),
    );
  }

  /** @param {Rotation} rotation */
  async #store(rotation) {
    const onRefreshToken = this.#onRefreshToken;
    const listeners = this.#events.rawListeners(EVENT);
    if (listeners.length === 0 && onRefreshToken === undefined) {
      warnOnce(
        WARNING,
        'REFRESH_TOKEN_NOT_KEPT',
        'Salesforce replaced a refresh token, and nothing stores the new one: it is lost when this process ends. Pass the option onRefreshToken, or listen to the event refreshToken.',
      );
      return rotation.postpone();
    }
    const told = tell(this.#events, listeners, rotation);
    if (onRefreshToken === undefined) return this.#await(LISTENER, told, rotation);
    told.catch(() => warn(WARNING, 'REFRESH_TOKEN_LISTENER_FAILED', `${LISTENER} failed.`));
    return this.#await('onRefreshToken', called(onRefreshToken, rotation), rotation);
  }

  /**
   * @param {string} who subject of the error text
   * @param {Promise<unknown>} storing
   * @param {Rotation} rotation
   */
  async #await(who, storing, rotation) {
    const limit = this.#keepTimeout * 1000;
    let what = `${who} failed.`;
    // A success counts even after the time limit.
    const stored = storing.then(() => rotation.stored());
    try {
      await within(stored, limit, () => {
        what = `${who} did not finish within ${inSeconds(limit)}.`;
      });
    } catch (cause) {
      notStored(rotation, what, cause);
    }
  }
}

/**
 * Throws, unless another caller has stored the refresh token meanwhile.
 *
 * @param {Rotation} rotation
 * @param {string} what
 * @param {unknown} cause
 */
function notStored(rotation, what, cause) {
  if (rotation.failed(what)) throw causedBy(cause, authError('REFRESH_NOT_PERSISTED', what));
}

/**
 * @param {NonNullable<OnRefreshToken>} onRefreshToken
 * @param {Rotation} rotation
 */
async function called(onRefreshToken, { refreshToken, oldFingerprint }) {
  await onRefreshToken(refreshToken, oldFingerprint);
}

/**
 * Calls all listeners. `emit` would neither wait for an async listener nor notice its failure.
 *
 * @param {import('node:events').EventEmitter} events
 * @param {Function[]} listeners
 * @param {Rotation} rotation
 */
function tell(events, listeners, { refreshToken, oldFingerprint }) {
  const all = listeners.map(async (each) => each.call(events, refreshToken, oldFingerprint));
  return Promise.all(all);
}

exports.RefreshTokenKeeper = RefreshTokenKeeper;
