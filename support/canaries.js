'use strict';

// Searches values for the secrets of a test. Every error that a test catches is searched, and
// everything that its child processes print.

const { appendFileSync } = require('node:fs');
const { format, inspect } = require('node:util');

/**
 * A log file: the secrets, and how many bytes were searched, one JSON object a line. The soak sets
 * it, so that it can search the output of Jest.
 */
const { SECRETS_LOG } = process.env;

/** A secret is recognised by any piece of so many characters. */
const PIECE = 16;
/** Tokens and assertions are recognised by their form, even if no test has planted them. */
const PATTERNS = { 'an access token': /00D\w{12,15}!/, 'an assertion': /eyJ[\w-]{10,}\.eyJ/ };

/**
 * Secrets planted since the last search. They are cut into pieces only then: a test that measures
 * time must not pay for that.
 *
 * @type {[name: string, secret: string][]}
 */
const planted = [];
/** @type {Map<string, string>} the name of the secret of each piece */
const pieces = new Map();

/** The forms of a secret. In Base64 the form depends on the position of the secret in the text. */
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
 * Adds a secret: from now on no value may show a piece of it.
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

/** The secret characters of a PEM key. */
const keyBody = (pem) => pem.replace(/-----[^-]+-----|\s/g, '');

/** The names of the secrets that a text shows. */
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

/** Everything that a log, a debugger or an error tracker would show of a value. */
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

/** A value may throw when it is shown. */
function attempt(show) {
  try {
    return show();
  } catch {
    return '';
  }
}

/** JSON of a value that may refer to itself, as a Connection does. */
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
 * Throws an error that names the secrets, if the value shows any.
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
