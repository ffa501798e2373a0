'use strict';

// A search through the native heap of a process. Linux only.

const { closeSync, openSync, readFileSync, readSync } = require('node:fs');

/**
 * What a process must be started with, so that all that native code allocates is in its heap: one
 * arena for all threads, and no mappings of its own for anything small. V8 has other mappings, so its
 * strings are not found there.
 */
const ONE_HEAP = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072' };

/** The parts of the heap, each with its first and its last address. */
function partsOf(pid) {
  const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').matchAll(/^(\w+)-(\w+) .*\[heap\]$/gm);
  return [...lines].map(([, from, to]) => [Number.parseInt(from, 16), Number.parseInt(to, 16)]);
}

/**
 * The native heap of a process.
 *
 * @param {number} pid
 */
function heapOf(pid) {
  const file = openSync(`/proc/${pid}/mem`, 'r');
  try {
    const parts = partsOf(pid).map(([from, to]) => {
      const part = Buffer.alloc(to - from);
      readSync(file, part, 0, part.length, from);
      return part;
    });
    return Buffer.concat(parts);
  } finally {
    closeSync(file);
  }
}

/**
 * Counts the places in the native heap of a process that hold a text.
 *
 * @param {number} pid
 * @param {Record<string, string>} texts
 * @returns {Record<string, number>}
 */
function countInHeap(pid, texts) {
  const memory = heapOf(pid);
  const count = (text) => {
    let found = 0;
    for (let at = memory.indexOf(text); at >= 0; at = memory.indexOf(text, at + 1)) found += 1;
    return found;
  };
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, count(text)]));
}

module.exports = { ONE_HEAP, countInHeap };
