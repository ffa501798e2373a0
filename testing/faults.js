'use strict';

// The faults that a test has injected into an org, and how often each still strikes.

/**
 * @typedef {import('./index').Fault} Fault
 * @typedef {{ fault: Fault, left: number }} Injected
 */

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

/** @returns {any} */
const asFault = (/** @type {Injected} */ { fault }) => fault;

module.exports = { Faults };
