'use strict';

/**
 * A set of the most recently used items; the least recently used leave when it is full.
 *
 * @template T
 */
class RecentlyUsed {
  /** @type {Set<T>} */
  #items = new Set();
  #capacity;
  #onEvict;

  /**
   * @param {number} capacity
   * @param {(item: T) => void} onEvict
   */
  constructor(capacity, onEvict) {
    this.#capacity = capacity;
    this.#onEvict = onEvict;
  }

  /** @param {T} item */
  touch(item) {
    this.#items.delete(item);
    this.#items.add(item);
    for (const oldest of this.#items) {
      if (this.#items.size <= this.#capacity) break;
      this.#items.delete(oldest);
      this.#onEvict(oldest);
    }
  }

  /** @param {T} item */
  has(item) {
    return this.#items.has(item);
  }

  /** @param {T} item */
  delete(item) {
    this.#items.delete(item);
  }

  clear() {
    this.#items.clear();
  }

  [Symbol.iterator]() {
    return this.#items.values();
  }
}

exports.RecentlyUsed = RecentlyUsed;
