'use strict';

const { authError, causedBy } = require('../errors.js');
const { inSeconds, within } = require('../time-limit.js');
const { warn, warnOnce } = require('../warnings.js');

/** @typedef {import('../../native').Rotation} Rotation */
/** @typedef {import('../..').OAuth2Config['onRefreshToken']} OnRefreshToken */

const WARNING = 'RefreshTokenWarning';
/** The event of a new refresh token. */
const EVENT = 'refreshToken';
const LISTENER = 'A listener of the event refreshToken';

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
   * Waits until the new refresh token is kept, or held because nobody keeps it. Keeping has a time of
   * its own: it goes on when this caller has none left.
   *
   * @param {Rotation} rotation
   * @param {number} left what is left of the call's time, in milliseconds
   */
  keep(rotation, left) {
    return within(this.#keep(rotation), left, () =>
      authError('DEADLINE', 'The new refresh token was not kept before the call had to end.'),
    );
  }

  /** @param {Rotation} rotation */
  async #keep(rotation) {
    const onRefreshToken = this.#onRefreshToken;
    const listeners = this.#events.rawListeners(EVENT);
    if (listeners.length === 0 && onRefreshToken === undefined) {
      warnOnce(
        WARNING,
        'REFRESH_TOKEN_NOT_KEPT',
        'Salesforce replaced a refresh token, and nobody keeps the new one: it dies with this process. Pass the option onRefreshToken, or listen to the event refreshToken.',
      );
      return rotation.held();
    }
    const told = tell(this.#events, listeners, rotation);
    if (onRefreshToken === undefined) return this.#await(LISTENER, told, rotation);
    told.catch(() => warn(WARNING, 'REFRESH_TOKEN_LISTENER_FAILED', `${LISTENER} failed.`));
    return this.#await('onRefreshToken', called(onRefreshToken, rotation), rotation);
  }

  /**
   * @param {string} who
   * @param {Promise<unknown>} keeping
   * @param {Rotation} rotation
   */
  async #await(who, keeping, rotation) {
    const limit = this.#keepTimeout * 1000;
    let what = `${who} failed.`;
    // A success counts even if it comes too late.
    const kept = keeping.then(() => rotation.kept());
    try {
      await within(kept, limit, () => {
        what = `${who} did not finish within ${inSeconds(limit)}.`;
      });
    } catch (cause) {
      notKept(rotation, what, cause);
    }
  }
}

/**
 * Throws, unless somebody else has kept it meanwhile.
 *
 * @param {Rotation} rotation
 * @param {string} what
 * @param {unknown} cause
 */
function notKept(rotation, what, cause) {
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
 * Calls all listeners in turn: `emit` would neither wait for one that is async nor hear it fail.
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
