'use strict';

// JWT assertions: how they are decoded, verified, and protected against replay.

const { verify } = require('node:crypto');
const { Refusal } = require('./refusal');

/** Seconds after its `exp` in which an assertion is still accepted. */
const GRACE = 180;

/**
 * A decoded assertion. Its claims are not verified yet.
 *
 * @typedef {object} Assertion
 * @property {Record<string, unknown>} header
 * @property {Record<string, unknown>} claims
 * @property {Buffer} signed the bytes that the signature covers
 * @property {Buffer} signature
 */

/**
 * @param {string | null} assertion
 * @returns {Assertion | undefined} undefined if the text is no JWT
 */
function decodeAssertion(assertion) {
  const parts = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(assertion ?? '');
  if (!parts) return undefined;
  const [, head, body, signature] = parts;
  const [header, claims] = [head, body].map(decodeObject);
  if (!header || !claims) return undefined;
  return {
    header,
    claims,
    signed: Buffer.from(`${head}.${body}`),
    signature: Buffer.from(signature, 'base64url'),
  };
}

/**
 * @param {string} base64url
 * @returns {Record<string, unknown> | undefined}
 */
function decodeObject(base64url) {
  try {
    const value = JSON.parse(Buffer.from(base64url, 'base64url').toString());
    return value && typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether the owner of the key signed this assertion. Salesforce accepts RS256 only.
 *
 * @param {Assertion} assertion
 * @param {import('node:crypto').KeyObject | undefined} key
 */
function isSignedBy({ header, signed, signature }, key) {
  return header.alg === 'RS256' && !!key && verify('RSA-SHA256', signed, key, signature);
}

/**
 * Refuses a `jti` that the app has used before.
 *
 * @param {unknown} jti
 * @param {import('../clients').Client} client
 * @param {import('../org').Org} org
 */
function checkJti(jti, client, org) {
  if (jti === undefined) return;
  if (typeof jti !== 'string') throw new Refusal('bad_jti_claim', 'jti is no string');
  const used = JSON.stringify([client.id, jti]);
  if (org.usedJtis.has(used)) throw new Refusal('bad_jti_claim', 'jti was used before');
  org.usedJtis.add(used);
}

/**
 * The text of a claim. Anything else than a string names nothing.
 *
 * @param {unknown} claim
 */
const textOf = (claim) => (typeof claim === 'string' ? claim : '');

module.exports = { GRACE, checkJti, decodeAssertion, isSignedBy, textOf };
