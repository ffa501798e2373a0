'use strict';

const { JWTConnectionManager } = require('../..');
const { runChild } = require('../support/child');
const { startOrg } = require('../support/orgs');
const { rejection } = require('../support/rejection');

/** @type {JWTConnectionManager} */
let manager;
beforeEach(() => {
  manager = new JWTConnectionManager();
});

test('sends the request at once; the next call waits for it and sends none', async () => {
  const org = await startOrg({ delay: 50 });
  expect(manager.prewarm(org.config)).toBeUndefined();
  expect(manager.getCacheStats()).toMatchObject({ inFlight: 1, mints: 0 });
  await manager.getConnection(org.config);
  expect(org.stats().tokenRequests).toBe(1);
  expect(manager.getCacheStats()).toMatchObject({ mints: 1, coalesced: 1 });
});

test('leaves a token that a later call finds', async () => {
  const org = await startOrg();
  manager.prewarm(org.config);
  while (manager.getCacheStats().inFlight > 0) await new Promise(setImmediate);
  expect(manager.getCacheStats().valid).toBe(1);
  await manager.getAccessToken(org.config, { deadline: 0 });
  expect(org.stats().tokenRequests).toBe(1);
});

test('does nothing if there is a token, or if one is being asked for', async () => {
  const org = await startOrg({ delay: 50 });
  for (let time = 0; time < 5; time += 1) manager.prewarm(org.config);
  await manager.getAccessToken(org.config);
  manager.prewarm(org.config);
  expect(manager.getCacheStats()).toMatchObject({ inFlight: 0, requests: 1 });
});

test.each([
  ['config', 7],
  ['config', null],
  ['clientId, privateKey, username, instanceUrl', {}],
])('does not throw on a bad config (%s); the next call reports it', async (option, config) => {
  expect(manager.prewarm(config)).toBeUndefined();
  const error = await rejection(manager.getAccessToken(config));
  expect(error).toMatchObject({ code: 'CONFIG_INVALID', option });
});

test('whose request fails throws nowhere; the next call tries again and reports', async () => {
  const org = await startOrg();
  org.inject({ kind: 'oauth-error', error: 'inactive_org' });
  manager.prewarm(org.config);
  while (manager.getCacheStats().inFlight > 0) await new Promise(setImmediate);
  expect(manager.getCacheStats()).toMatchObject({ failures: 1, total: 0 });
  expect(await rejection(manager.getAccessToken(org.config))).toMatchObject({
    code: 'ORG_INACTIVE',
  });
});

test('does not keep a process alive, even if the host never answers', async () => {
  const org = await startOrg();
  org.inject({ kind: 'hang' });
  const program = `
    load().prewarm(input);
    await new Promise((resolve) => setTimeout(resolve, 100));
    report('end');`;
  const { code, reports, stderr, took } = await runChild(program, { input: org.config });
  expect({ code, reports, stderr }).toEqual({ code: 0, reports: ['end'], stderr: '' });
  expect(org.stats().tokenRequests).toBe(1);
  expect(took).toBeLessThan(4_000);
});

test('a call keeps the process alive until it is answered', async () => {
  const org = await startOrg({ delay: 300 });
  const program = `load().getAccessToken(input).then(() => report('answered'));`;
  const { code, reports } = await runChild(program, { input: org.config });
  expect({ code, reports }).toEqual({ code: 0, reports: ['answered'] });
});
