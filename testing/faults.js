'use strict';

// The faults that a test has injected into an org, and how often each still strikes.

/**
 * @typedef {import('./index').Fault} Fault
 * @typedef {{ fault: Fault, left: number }} Injected
 */

/** @type {Record<Fault['kind'], true>} */
const KINDS = {
  'oauth-error': true,
  'error-in-200': true,
  'already-being-processed': true,
  html: true,
  'echo-request': true,
  redirect: true,
  unavailable: true,
  'rate-limited': true,
  'huge-body': true,
  hang: true,
  reset: true,
  close: true,
  delay: true,
  'lost-after-commit': true,
  'slow-body': true,
  'truncated-json': true,
  'missing-access-token': true,
  'access-token': true,
  'instance-url': true,
  'date-skew': true,
  'inactive-org': true,
  'session-rejected': true,
  'rest-error': true,
};

/** The injected faults of one org, oldest first. */
class Faults {
  /** @type {Set<Injected>} */
  #injected = new Set();

  /**
   * @param {Fault} fault
   * @param {import('./index').InjectOptions} [options]
   * @returns {() => void} removes the fault
   */
  inject(fault, { times = Number.POSITIVE_INFINITY } = {}) {
    checkKind(fault?.kind);
    const injected = { fault, left: times };
    if (times > 0) this.#injected.add(injected);
    return () => void this.#injected.delete(injected);
  }

  /**
   * The faults of these kinds, without counting a strike.
   *
   * @template {Fault['kind']} K
   * @param {K[]} kinds
   * @returns {Array<Extract<Fault, { kind: K }>>}
   */
  pending(kinds) {
    return this.#of(kinds).map(asFault);
  }

  /**
   * Lets every fault of these kinds strike.
   *
   * @template {Fault['kind']} K
   * @param {K[]} kinds
   * @returns {Array<Extract<Fault, { kind: K }>>}
   */
  strikeAll(kinds) {
    return this.#of(kinds).map((injected) => this.#spend(injected));
  }

  /**
   * Lets the oldest fault of these kinds strike.
   *
   * @template {Fault['kind']} K
   * @param {K[]} kinds
   * @returns {Extract<Fault, { kind: K }> | undefined}
   */
  strike(kinds) {
    const [oldest] = this.#of(kinds);
    return oldest && this.#spend(oldest);
  }

  /** @param {Injected} injected */
  #spend(injected) {
    injected.left -= 1;
    if (injected.left <= 0) this.#injected.delete(injected);
    return asFault(injected);
  }

  /** @param {string[]} kinds */
  #of(kinds) {
    return [...this.#injected].filter(({ fault }) => kinds.includes(fault.kind));
  }
}

/**
 * Throws for a kind that no org knows: such a fault would never strike.
 *
 * @param {unknown} kind
 */
function checkKind(kind) {
  if (typeof kind === 'string' && Object.hasOwn(KINDS, kind)) return;
  const pairs = pairsOf(String(kind));
  const alike = (/** @type {string} */ known) =>
    pairsOf(known).filter((pair) => pairs.includes(pair)).length / (pairs.length + known.length);
  const [nearest] = Object.keys(KINDS).sort((one, other) => alike(other) - alike(one));
  const what = `[CONFIG_INVALID] No fault has this kind. The nearest one is '${nearest}'.`;
  throw Object.assign(new TypeError(what), { code: 'CONFIG_INVALID', option: 'kind' });
}

/**
 * The pairs of neighbouring letters in a kind, whatever stands between its words.
 *
 * @param {string} kind
 */
function pairsOf(kind) {
  const letters = kind.replace(/[^a-z\d]/gi, '').toLowerCase();
  return Array.from(letters.slice(1), (letter, at) => `${letters[at]}${letter}`);
}

/** @returns {any} */
const asFault = (/** @type {Injected} */ { fault }) => fault;

module.exports = { Faults };
