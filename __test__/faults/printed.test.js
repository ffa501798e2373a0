'use strict';

// What a process prints while everything goes wrong, with every switch on that makes one talkative.

const { existsSync, mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { plant } = require('../../support/canaries');
const { runChild } = require('../support/child');
const { startOrg } = require('../support/orgs');
const { GRANTED, TOKEN_FAULTS } = require('../support/token-faults');

const FAULTS = TOKEN_FAULTS.filter(({ ends }) => ends !== GRANTED);
const TALKATIVE = {
  RUST_LOG: 'trace',
  RUST_BACKTRACE: 'full',
  RUST_LIB_BACKTRACE: '1',
  HYPER_LOG: 'trace',
  NODE_DEBUG: 'http,https,net,tls,stream,worker,timer,module_timer',
};
/** Secrets of a Lambda that the package has no use for, and one that it has. */
const SECRETS = {
  'the AWS key': 'wJalrXUtnCANARYbPxRfiCYEXAMPLEKEY',
  'the client secret': '7215037CANARYCLIENTSECRET7215037',
  'the refresh token': '5Aep861CANARYREFRESHTOKEN7215037',
  'the password of the proxy': 'CANARY-proxy-password-7215037',
};
beforeAll(() => {
  for (const [name, secret] of Object.entries(SECRETS)) plant(name, secret);
});

const everything = `
  const { format, inspect } = require('node:util');
  const { JWTConnectionManager, getAuthError } = load();
  const manager = new JWTConnectionManager();
  let last;
  for (const config of input.configs) {
    for (const method of ['getAccessToken', 'getConnection']) {
      const options = { deadline: Date.now() + 1_000 };
      const error = await manager[method](config, options).catch((caught) => caught);
      if (error.code === undefined) throw new Error('no failure');
      console.error(error);
      console.error('%s %o %O %j', error, error, error, error);
      report([error.code, error.message, error.stack, inspect(error, { showHidden: true })]);
      last = error;
    }
    manager.clearAllTokens();
  }
  console.error(manager, manager.getCacheStats());
  setImmediate(() => { throw last; });`;

test('while every login fails, printed in every way and at last not caught: no secret', async () => {
  const configs = [];
  for (const { fault } of FAULTS) {
    const org = await startOrg();
    org.inject(fault);
    configs.push(org.config);
  }
  const [{ privateKey }] = configs;
  const { 'the AWS key': aws, 'the password of the proxy': password } = SECRETS;
  const known = configs[0];
  configs.push(
    { ...known, instanceUrl: 'https://acme.my.salesforce.com' }, // by the proxy
    { ...known, instanceUrl: privateKey },
    { ...known, instanceUrl: `https://${SECRETS['the client secret']}.example/?x` },
    { ...known, clientId: `${privateKey}\0` },
    { ...known, username: privateKey.repeat(2) },
    { ...known, version: privateKey },
    { ...known, privateKey: privateKey.slice(40) },
    { ...known, privateKey: [privateKey] },
  );
  const others = {
    clientSecret: SECRETS['the client secret'],
    refreshToken: SECRETS['the refresh token'],
  };
  const { code, reports, stderr } = await runChild(everything, {
    input: { configs: configs.map((config) => ({ ...config, ...others })) },
    env: {
      ...TALKATIVE,
      AWS_SECRET_ACCESS_KEY: aws,
      HTTPS_PROXY: `http://user:${password}@127.0.0.1:9`,
    },
  });
  // `runChild` has searched what was printed and reported.
  expect(code).toBe(1);
  expect(stderr.length).toBeGreaterThan(10_000);
  // What Node.js says when nobody catches an error.
  expect(stderr.includes(`Node.js ${process.version}`)).toBe(true);
  expect(reports).toHaveLength(2 * configs.length);
  expect(new Set(reports.map(([each]) => each)).size).toBeGreaterThan(9);
});

test('the keys of a TLS session are written nowhere, and a success prints nothing', async () => {
  const org = await startOrg({ https: true });
  const folder = mkdtempSync(join(tmpdir(), 'keys-'));
  const file = join(folder, 'keys.log');
  try {
    const program = `report((await load().getAccessToken(input)).instanceUrl)`;
    const { NODE_DEBUG, ...talkative } = TALKATIVE;
    const env = { ...talkative, NODE_EXTRA_CA_CERTS: org.caFile, SSLKEYLOGFILE: file };
    const { code, reports, stderr } = await runChild(program, { input: org.config, env });
    expect({ code, reports, stderr }).toEqual({ code: 0, reports: [org.instanceUrl], stderr: '' });
    expect(existsSync(file)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
