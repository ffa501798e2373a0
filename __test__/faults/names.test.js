'use strict';

// User names and consumer keys are taken as they are: neither escaped by hand nor normalised.

const { JWTConnectionManager } = require('../..');
const { publicKeyOf, startOrg } = require('../support/orgs');
const { rejection } = require('../support/rejection');

const NAMES = {
  'double quotes': 'ro"bot@acme.example',
  'a backslash': 'ro\\"bot\\@acme.example',
  'what looks like a claim': 'x","aud":"https://evil.example","sub":"y',
  markup: '<robot>&amp;@acme.example',
  'Cyrillic letters': 'r\u{43e}bot@acme.example',
  'an accent of its own': 'robo\u{301}t@acme.example',
  'an accent in the letter': 'rob\u{f3}t@acme.example',
  'an emoji': '\u{1f916}@acme.example',
  'right to left': '\u{202e}robot@acme.example',
  capitals: 'Robot@Acme.Example',
};

test.each(Object.keys(NAMES))('fault 34: with %s arrive as they were given', async (kind) => {
  const org = await startOrg();
  const name = NAMES[kind];
  org.register({ clientId: name, publicKey: publicKeyOf(org), users: [name] });
  const config = { ...org.config, clientId: name, username: name };
  await new JWTConnectionManager().getAccessToken(config);
  expect(org.lastAssertion().claims).toMatchObject({ iss: name, sub: name, aud: org.url });
});

test('fault 34: that look alike are different logins: none gets the token of another', async () => {
  const org = await startOrg();
  const manager = new JWTConnectionManager();
  org.register({
    clientId: org.config.clientId,
    publicKey: publicKeyOf(org),
    users: ['robot@acme.example'],
  });
  const config = { ...org.config, username: 'robot@acme.example' };
  await manager.getAccessToken(config);
  for (const username of Object.values(NAMES)) {
    const error = await rejection(manager.getAccessToken({ ...config, username }));
    expect(error).toMatchObject({ code: 'USER_NOT_APPROVED', attempts: 1 });
  }
  expect(manager.getCacheStats()).toMatchObject({ total: 1, mints: 1 });
});

test('with half of a surrogate pair are refused by the org at most, and crash nothing', async () => {
  const org = await startOrg();
  const manager = new JWTConnectionManager();
  const asked = manager.getAccessToken({ ...org.config, username: 'robot\ud800@acme.example' });
  expect((await rejection(asked)).code).toBe('USER_NOT_APPROVED');
});
