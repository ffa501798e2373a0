'use strict';

/**
 * @typedef {import('./index').Fault} Fault
 * @typedef {{ fault: Fault, left: number }} Injected
 */

/** The faults of an org, oldest first. */
class Faults {
  /** @type {Set<Injected>} */
  #injected = new Set();

  /**
   * @param {Fault} fault
   * @param {import('./index').InjectOptions} [options]
   */
  inject(fault, { times = Number.POSITIVE_INFINITY } = {}) {
    const injected = { fault, left: times };
    if (times > 0) this.#injected.add(injected);
    return () => void this.#injected.delete(injected);
  }

  /**
   * @template {Fault['kind']} K
   * @param {K[]} kinds
   * @returns {Array<Extract<Fault, { kind: K }>>} without striking
   */
  pending(kinds) {
    return this.#of(kinds).map(asFault);
  }

  /**
   * Every fault of these kinds strikes.
   *
   * @template {Fault['kind']} K
   * @param {K[]} kinds
   * @returns {Array<Extract<Fault, { kind: K }>>}
   */
  strikeAll(kinds) {
    return this.#of(kinds).map((injected) => this.#spend(injected));
  }

  /**
   * The oldest fault of these kinds strikes.
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
