'use strict';

// A bounded set of the most recently used items.

/** @template T */
class RecentlyUsed {
  /** @type {Set<T>} */
  #items = new Set();
  #capacity;
  #onEvict;

  /**
   * @param {number} capacity
   * @param {(item: T) => void} onEvict called with each item that leaves because the set is full
   */
  constructor(capacity, onEvict) {
    this.#capacity = capacity;
    this.#onEvict = onEvict;
  }

  /**
   * Adds an item, or makes it the most recently used.
   *
   * @param {T} item
   */
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
