'use strict';

// Names of options: tells a misspelt one, because a misspelt option would count as left out.

const { authError } = require('./errors.js');

/** Names that other packages and Salesforce use, in small letters, and what to write here. */
const ELSEWHERE = new Map([
  ['apiversion', 'version'],
  ['consumerkey', 'clientId'],
  ['issuer', 'clientId'],
  ['consumersecret', 'clientSecret'],
  ['subject', 'username'],
  ['serverurl', 'instanceUrl'],
  ['tokenurl', 'loginUrl'],
  ['tokenendpoint', 'loginUrl'],
  ['callbackurl', 'redirectUri'],
  ['abortsignal', 'signal'],
  ['lambdacontext', 'context'],
  ['timeout', 'deadline'],
  ['timeoutms', 'deadline'],
  ['scopes', 'scope'],
  ['verifier', 'codeVerifier'],
  ['maxrequest', 'connectionOptions'],
  ['loglevel', 'connectionOptions'],
  ['calloptions', 'connectionOptions'],
  ['httpproxy', 'connectionOptions'],
  ['proxyurl', 'connectionOptions'],
]);

/** Characters of a name that a message shows. */
const LONGEST = 40;

/**
 * Throws if a field of the user's object is an option with another spelling. Other fields are the
 * user's own business. Inherited fields are not looked at.
 *
 * @param {object} given
 * @param {string} what the object, for the error text
 * @param {readonly string[]} names the options
 */
function checkNames(given, what, names) {
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const right = nearest(name, names);
    if (right === undefined) continue;
    const wrong = shown(name);
    throw authError('CONFIG_INVALID', `${what} has no option ${wrong}: write ${right}.`, wrong);
  }
}

/**
 * The option that a name stands for, if it is near to one.
 *
 * @param {string} name
 * @param {readonly string[]} names
 */
function nearest(name, names) {
  if (name.length > LONGEST) return undefined;
  const plain = plainOf(name);
  const elsewhere = ELSEWHERE.get(plain);
  if (elsewhere !== undefined && names.includes(elsewhere)) return elsewhere;
  return (
    names.find((known) => plainOf(known) === plain) ??
    names.find((known) => distance(plain, plainOf(known)) <= tolerance(known))
  );
}

/** @param {string} name */
function plainOf(name) {
  return name.replace(/[^a-z\d]/gi, '').toLowerCase();
}

/**
 * How many mistakes may be in a name. A short name has neighbours that are words of their own, such
 * as `stage` and `state`.
 *
 * @param {string} known
 */
function tolerance({ length }) {
  if (length < 6) return 0;
  return length < 8 ? 1 : 2;
}

/**
 * The least number of characters to add, drop, replace or swap with their neighbour.
 *
 * @param {string} one
 * @param {string} other
 */
function distance(one, other) {
  /** @type {number[][]} */
  const table = [Array.from({ length: other.length + 1 }, (_, at) => at)];
  const at = (/** @type {number} */ i, /** @type {number} */ j) => table[i]?.[j] ?? Infinity;
  for (let i = 1; i <= one.length; i += 1) {
    table[i] = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const isSame = one[i - 1] === other[j - 1];
      const isSwap = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      /** @type {any} */ (table[i])[j] = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + (isSame ? 0 : 1),
        isSwap ? at(i - 2, j - 2) + 1 : Infinity,
      );
    }
  }
  return at(one.length, other.length);
}

/**
 * A name in a message: without characters that turn text around or are not seen.
 *
 * @param {string} name
 */
function shown(name) {
  return name.replace(/[^\w$.-]/g, '');
}

module.exports = { checkNames };
