'use strict';

// Makes testing/tls: the certificate of the local org, and the authority that signed it. Run once. The
// authority's private key is not written, so the authority can sign nothing else.

require('reflect-metadata'); // needed by @peculiar/x509
const { webcrypto, createPrivateKey } = require('node:crypto');
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const x509 = require('@peculiar/x509');

x509.cryptoProvider.set(webcrypto);

const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
const validity = { notBefore: new Date('2025-01-01'), notAfter: new Date('2055-01-01') };
const { KeyUsageFlags: Usage } = x509;

const newKeys = () => webcrypto.subtle.generateKey(RSA, true, ['sign', 'verify']);
const write = (name, pem) =>
  writeFileSync(join(__dirname, '../testing/tls', name), `${pem.trim()}\n`);

async function main() {
  const [authorityKeys, keys] = [await newKeys(), await newKeys()];
  const keyIdentifier = await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey);
  const authorityIdentifier = await x509.AuthorityKeyIdentifierExtension.create(
    authorityKeys.publicKey,
  );

  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: 'CN=jsforce-connection-manager test CA',
    keys: authorityKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(Usage.keyCertSign | Usage.cRLSign, true),
      keyIdentifier,
      authorityIdentifier,
    ],
  });
  const localhost = await x509.X509CertificateGenerator.create({
    ...validity,
    subject: 'CN=localhost',
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(Usage.digitalSignature | Usage.keyEncipherment, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
        { type: 'ip', value: '::1' },
      ]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      authorityIdentifier,
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });

  write('ca.pem', authority.toString('pem'));
  write('localhost.pem', localhost.toString('pem'));
  write('localhost-key.pem', String(privateKey.export({ format: 'pem', type: 'pkcs8' })));
}

main();
