'use strict';

require('reflect-metadata'); // @peculiar/x509 asks for it
const { webcrypto, createPrivateKey } = require('node:crypto');
const x509 = require('@peculiar/x509');

x509.cryptoProvider.set(webcrypto);

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 86_400_000;
const inDays = (days) => new Date(Date.now() + days * DAY);

/**
 * A certificate for one host, and the authority that has signed it.
 *
 * @param {string} host
 * @param {{ from?: number, until?: number }} [days] when it is valid, in days from now
 * @returns {Promise<{ ca: string, cert: string, key: string }>} PEM
 */
async function certificateFor(host, { from = -2, until = 2 } = {}) {
  const keys = () => webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const [authorityKeys, hostKeys] = [await keys(), await keys()];
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=an authority of this test',
    notBefore: inDays(-9),
    notAfter: inDays(9),
    keys: authorityKeys,
    signingAlgorithm: EC,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${host}`,
    issuer: authority.subject,
    notBefore: inDays(from),
    notAfter: inDays(until),
    publicKey: hostKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: EC,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', hostKeys.privateKey));
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return {
    ca: authority.toString('pem'),
    cert: certificate.toString('pem'),
    key: String(key.export({ format: 'pem', type: 'pkcs8' })),
  };
}

module.exports = { certificateFor };
