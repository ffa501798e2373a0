'use strict';

// Makes a key pair and its self-signed certificate, as `openssl req -new -x509` makes them.

require('reflect-metadata'); // needed by @peculiar/x509
const { KeyObject, webcrypto } = require('node:crypto');
const x509 = require('@peculiar/x509');

const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
const YEAR = 365 * 24 * 3_600_000;

/** @returns {Promise<{ privateKey: string, certificate: string }>} both PEM */
async function newCertificate() {
  const keys = await webcrypto.subtle.generateKey(RSA, true, ['sign', 'verify']);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=jsforce-connection-manager demo',
      keys,
      notBefore: new Date(now),
      notAfter: new Date(now + YEAR),
    },
    webcrypto,
  );
  return {
    privateKey: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }),
    certificate: certificate.toString('pem'),
  };
}

module.exports = { newCertificate };
