'use strict';

const { inspect } = require('node:util');

const PIECE = 16;

/** All that a log or a debugger would show of a value. */
function shown(value) {
  const hidden = inspect(value, { showHidden: true, depth: null, maxStringLength: null });
  return [String(value?.message), String(value?.stack), hidden, inspect(value), json(value)].join();
}

/** A Connection refers to itself, which JSON cannot say. */
function json(value) {
  const seen = new Set();
  return JSON.stringify(value, (_, each) => {
    if (typeof each !== 'object' || each === null) return each;
    if (seen.has(each)) return undefined;
    seen.add(each);
    return each;
  });
}

/** Pieces of a secret, each long enough to be recognised, that a text holds. */
function piecesIn(text, secret) {
  const found = [];
  for (let at = 0; at + PIECE <= secret.length; at += 1) {
    const piece = secret.slice(at, at + PIECE);
    if (text.includes(piece)) found.push(piece);
  }
  return found;
}

module.exports = { piecesIn, shown };
