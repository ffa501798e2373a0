'use strict';

const { createPrivateKey, createPublicKey, generateKeyPairSync } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { inspect } = require('node:util');
const { ConfigurationError, JWTConnectionManager } = require('../..');
const { startOrg } = require('../support/orgs');
const { rejection } = require('../support/rejection');

const key = (name) => readFileSync(join(__dirname, '../../tests/keys', name), 'utf8');
const pem = (format) => ({ type: format, format: 'pem' });

/** The base64 of a PEM, in one line. */
const body = (text) =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('-----'))
    .join('');

describe('a private key as people paste it', () => {
  /** @type {[string, (pkcs8: string, pkcs1: string) => string][]} */
  const spellings = [
    ['PKCS#8', (pkcs8) => pkcs8],
    ['PKCS#1', (_, pkcs1) => pkcs1],
    ['literal \\n', (pkcs8) => pkcs8.replaceAll('\n', '\\n')],
    ['literal \\n, PKCS#1', (_, pkcs1) => pkcs1.replaceAll('\n', '\\n')],
    ['CRLF', (pkcs8) => pkcs8.replaceAll('\n', '\r\n')],
    ['double quotes', (pkcs8) => `"${pkcs8.replaceAll('\n', '\\n')}"`],
    ['single quotes', (pkcs8) => `'${pkcs8}'`],
    ['BOM', (pkcs8) => `\u{feff}${pkcs8}`],
    ['spaces as line ends', (pkcs8) => pkcs8.replaceAll('\n', ' ')],
    ['indented', (pkcs8) => pkcs8.replaceAll('\n', '\n    ')],
    ['base64 of the PEM', (pkcs8) => Buffer.from(pkcs8).toString('base64')],
    ['base64 of PKCS#1', (_, pkcs1) => Buffer.from(pkcs1).toString('base64')],
    ['the bare body', (pkcs8) => body(pkcs8)],
    ['the bare body of PKCS#1', (_, pkcs1) => body(pkcs1)],
  ];

  test('fault 32: logs in, and all spellings of one key share one token', async () => {
    const org = await startOrg();
    const pkcs8 = org.config.privateKey;
    const pkcs1 = createPrivateKey(pkcs8).export(pem('pkcs1'));
    const manager = new JWTConnectionManager();
    const tokens = [];
    for (const [name, spell] of spellings) {
      const config = { ...org.config, privateKey: spell(pkcs8, pkcs1) };
      const token = await manager.getAccessToken(config).catch((error) => error);
      tokens.push([name, token.accessToken ?? token]);
    }
    expect(tokens).toEqual(spellings.map(([name]) => [name, tokens[0][1]]));
    expect(org.stats().tokenRequests).toBe(1);
    expect(manager.getCacheStats()).toMatchObject({ total: 1, mints: 1 });
  });

  test.each([3072, 4096])('of %i bits logs in', async (modulusLength) => {
    const pair = generateKeyPairSync('rsa', { modulusLength });
    const org = await startOrg();
    const publicKey = pair.publicKey.export(pem('spki'));
    org.register({ clientId: 'large', publicKey, users: [org.config.username] });
    const privateKey = pair.privateKey.export(pem('pkcs8'));
    const config = { ...org.config, clientId: 'large', privateKey };
    expect(await new JWTConnectionManager().getAccessToken(config)).toHaveProperty('accessToken');
  });
});

describe('what is no usable private key', () => {
  const rsa = key('rsa_pkcs8.pem');
  const object = createPrivateKey(rsa);

  /** @type {[string, unknown, RegExp][]} */
  const refusals = [
    ['encrypted PKCS#8', key('encrypted_pkcs8.pem'), /is encrypted/],
    ['encrypted PKCS#1', key('encrypted_pkcs1.pem'), /is encrypted/],
    ['an elliptic curve’s key', key('ec_pkcs8.pem'), /not an RSA key/],
    ['a public key', key('public.pem'), /is a public key/],
    ['a certificate', key('certificate.pem'), /is a certificate/],
    ['a certificate request', key('request.pem'), /is a certificate request/],
    ['1024 bits', key('rsa_1024.pem'), /has 1024 bits/],
    ['nothing', '', /is empty/],
    ['white space', ' \n', /is empty/],
    ['half a key', rsa.slice(0, rsa.length / 2), /is cut off/],
    ['a key without its line ends', rsa.replaceAll('\n', 'n'), /lost its line ends/],
    ['the path of a file', '/run/secrets/org/signer.pem', /path of a file/],
    ['a reference', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:x', /reference/],
    ['"undefined"', 'undefined', /missing value/],
    ['an object turned into text', String({}), /object or array/],
    ['a passphrase', 'correct horse battery staple', /not a private key/],
    ['OpenSSH', key('openssh.pem'), /ssh-keygen -p -m PEM/],
    ['a Buffer', Buffer.from(rsa), /is a Buffer.*toString\('utf8'\)/],
    ['an ArrayBuffer', new Uint8Array(Buffer.from(rsa)).buffer, /is a Buffer/],
    ['a KeyObject', object, /is a KeyObject.*key\.export\(/],
    ['a public KeyObject', createPublicKey(object), /is a KeyObject/],
    ['a Promise', Promise.resolve(rsa), /is a Promise: await it/],
    ['an options object', { key: rsa, passphrase: 'x' }, /must be the text of a PEM file/],
  ];

  test.each(refusals)('%s', async (_, privateKey, sentence) => {
    const org = await startOrg();
    const manager = new JWTConnectionManager();
    const error = await rejection(manager.getAccessToken({ ...org.config, privateKey }));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: 'PRIVATE_KEY_INVALID', option: 'privateKey' });
    expect(error.message).toMatch(sentence);
    expect(error.message.startsWith('[PRIVATE_KEY_INVALID] ')).toBe(true);
    expect(org.stats().tokenRequests).toBe(0);
  });

  test.each(refusals)('fault 33: %s: nothing of it is shown', async (_, privateKey) => {
    const { config } = await startOrg();
    const manager = new JWTConnectionManager();
    const error = await rejection(manager.getAccessToken({ ...config, privateKey }));
    const { stack, ...rest } = error;
    const shown = inspect(error, { showHidden: true, depth: null }) + JSON.stringify(rest);
    const text = typeof privateKey === 'string' ? privateKey : rsa;
    const value = text.includes('BEGIN') ? body(text) : text;
    // These words are the sentence's own.
    if (['undefined', '[object Object]'].includes(value)) return;
    const pieces = Array.from({ length: Math.max(0, value.length - 7) }, (_, at) =>
      value.slice(at, at + 8),
    );
    expect(pieces.filter((piece) => shown.includes(piece))).toEqual([]);
  });

  test('each has a sentence of its own kind', () => {
    expect(new Set(refusals.map(([, , sentence]) => sentence.source)).size).toBeGreaterThan(17);
  });
});

test('fault 31: a wrong key with the right names never gets the token that the right key has', async () => {
  const org = await startOrg();
  const manager = new JWTConnectionManager();
  await manager.getAccessToken(org.config);
  const wrong = { ...org.config, privateKey: key('rsa_pkcs8.pem') };
  for (const method of ['getAccessToken', 'getConnection']) {
    const error = await rejection(manager[method](wrong));
    expect(error).toMatchObject({ code: 'ASSERTION_INVALID', status: 400 });
  }
  await manager.getAccessToken(org.config);
  // The second refusal is the first, remembered.
  expect(manager.getCacheStats()).toMatchObject({ total: 1, mints: 1, failures: 1 });
  expect(org.stats().tokenRequests).toBe(2);
});
