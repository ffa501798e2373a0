'use strict';

// The secrets that a test has put somewhere, and the search for them in whatever came out. Every
// error that a test catches, and all that its child processes print, goes through it.

const { appendFileSync } = require('node:fs');
const { format, inspect } = require('node:util');

/**
 * A file for what was planted and how many bytes were searched, a JSON object a line. The soak asks
 * for it, and searches there what no test can: the output of Jest.
 */
const { SECRETS_LOG } = process.env;

/** Characters by which a piece of a secret is recognised. */
const PIECE = 16;
/** Tokens and assertions give themselves away, whoever made them. */
const PATTERNS = { 'an access token': /00D\w{12,15}!/, 'an assertion': /eyJ[\w-]{10,}\.eyJ/ };

/**
 * Planted since the last search. A test that measures time must not pay for the pieces.
 *
 * @type {[name: string, secret: string][]}
 */
const planted = [];
/** @type {Map<string, string>} what each piece belongs to */
const pieces = new Map();

/** A secret as it may be written. Base64 of a text that surrounds it depends on where it begins. */
function spellings(secret) {
  const shifted = [0, 1, 2].map((start) => Buffer.from(secret.slice(start)));
  return [
    secret,
    encodeURIComponent(secret),
    ...shifted.map((bytes) => bytes.toString('base64')),
    ...shifted.map((bytes) => bytes.toString('base64url')),
  ];
}

/**
 * From now on this must not come out, nor any piece of it.
 *
 * @param {string} name
 * @param {string} secret
 */
function plant(name, secret) {
  if (secret.length < PIECE) throw new Error(`${name} is too short to be recognised`);
  planted.push([name, secret]);
  log({ name, secret });
}

function log(entry) {
  if (SECRETS_LOG) appendFileSync(SECRETS_LOG, `${JSON.stringify(entry)}\n`);
}

function cutPlanted() {
  for (const [name, secret] of planted.splice(0)) {
    for (const spelling of spellings(secret)) {
      for (let at = 0; at + PIECE <= spelling.length; at += 1) {
        pieces.set(spelling.slice(at, at + PIECE), name);
      }
    }
  }
}

/** The characters of a PEM that are secret. */
const keyBody = (pem) => pem.replace(/-----[^-]+-----|\s/g, '');

/** What a text shows: the names of secrets, none twice. */
function secretsIn(text) {
  cutPlanted();
  const found = new Set();
  for (let at = 0; at + PIECE <= text.length; at += 1) {
    const name = pieces.get(text.slice(at, at + PIECE));
    if (name !== undefined) found.add(name);
  }
  for (const [name, pattern] of Object.entries(PATTERNS)) {
    if (pattern.test(text)) found.add(name);
  }
  return [...found];
}

/** All that a log, a debugger or an error tracker would show of a value. */
function shown(value) {
  const all = { showHidden: true, depth: null, maxStringLength: null, maxArrayLength: null };
  const parts = [inspect(value, all), inspect(value), json(value)];
  parts.push(
    format('%s %o %O', value, value, value),
    attempt(() => String(value)),
  );
  for (let each = value, depth = 0; each instanceof Object && depth < 10; depth += 1) {
    for (const key of Reflect.ownKeys(each)) {
      parts.push(
        String(key),
        attempt(() => String(each[key])),
      );
    }
    each = each.cause;
  }
  return parts.join('\n');
}

/** A value may refuse to be shown. */
function attempt(show) {
  try {
    return show();
  } catch {
    return '';
  }
}

/** A Connection refers to itself, which JSON cannot say. */
function json(value) {
  const seen = new Set();
  return attempt(() =>
    JSON.stringify(value, (_, each) => {
      if (typeof each === 'bigint') return String(each);
      if (typeof each !== 'object' || each === null) return each;
      if (seen.has(each)) return undefined;
      seen.add(each);
      return each;
    }),
  );
}

/**
 * Throws if the value shows a secret, and says which.
 *
 * @template T
 * @param {T} value
 * @returns {T}
 */
function withoutSecrets(value) {
  const text = typeof value === 'string' ? value : shown(value);
  const found = secretsIn(text);
  if (found.length > 0) throw new Error(`this shows ${found.join(' and ')}`);
  log({ searched: Buffer.byteLength(text) });
  return value;
}

module.exports = { PIECE, keyBody, plant, secretsIn, shown, withoutSecrets };
