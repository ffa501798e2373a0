'use strict';

const { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { runChild } = require('../support/child');
const { startOrg } = require('../support/orgs');

describe('a process that ends while a token is being asked for', () => {
  test.each([
    ['process.exit', 'process.exit(7)', 7],
    ['an error nobody catches', "setImmediate(() => { throw new Error('boom'); })", 1],
  ])('fault 46: by %s keeps its exit code', async (_, end, expected) => {
    const org = await startOrg();
    org.inject({ kind: 'hang' });
    const program = `
      const { getAccessToken, getCacheStats } = load();
      for (let time = 0; time < 20; time += 1) {
        getAccessToken({ ...input, tokenTtl: 100 + time }).catch(() => {});
      }
      while (getCacheStats().requests < 20) await new Promise(setImmediate);
      ${end};`;
    const { code, took } = await runChild(program, { input: org.config });
    expect(code).toBe(expected);
    expect(took).toBeLessThan(5_000);
  });

  test('while tokens arrive keeps its exit code', async () => {
    const org = await startOrg();
    const program = `
      const { JWTConnectionManager } = load();
      let arrived = 0;
      for (let time = 0; time < 100; time += 1) {
        new JWTConnectionManager().getAccessToken(input).then(() => {
          arrived += 1;
          if (arrived === 10) process.exit(7);
        });
      }`;
    expect(await runChild(program, { input: org.config })).toMatchObject({ code: 7, stderr: '' });
  });
});

describe('without jsforce', () => {
  let folder;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'without-jsforce-'));
    mkdirSync(join(folder, 'node_modules'));
    // Under its link's name the package finds what is installed beside the link.
    const link = join(folder, 'node_modules/jsforce-connection-manager');
    symlinkSync(join(__dirname, '../..'), link, 'junction');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs a program in the folder, where the package is `pkg`. */
  async function run(program, config) {
    // The package’s own folder has jsforce for its tests.
    const hide = `
      const Module = require('node:module');
      const find = Module._resolveFilename;
      Module._resolveFilename = function (request, parent, ...rest) {
        const paths = [${JSON.stringify(join('<folder>', 'node_modules'))}.replace('<folder>', process.cwd())];
        return /^jsforce(\\/|$)/.test(request) && /jsforce-connection-manager/.test(parent?.filename)
          ? find.call(this, request, parent, false, { paths })
          : find.call(this, request, parent, ...rest);
      };
      const pkg = require('jsforce-connection-manager');`;
    const args = ['--preserve-symlinks'];
    const child = await runChild(hide + program, { input: config, cwd: folder, args });
    expect({ code: child.code, stderr: child.stderr }).toEqual({ code: 0, stderr: '' });
    return child.reports;
  }

  test('getAccessToken works, and getConnection says what to do', async () => {
    const org = await startOrg();
    const program = `
      report(typeof (await pkg.getAccessToken(input)).accessToken);
      for (let time = 0; time < 2; time += 1) {
        const { code, message, hint, cause, retryable } = await pkg.getConnection(input).catch((error) => error);
        report({ code, message, hint, cause: cause.code, retryable });
      }`;
    const [token, first, second] = await run(program, org.config);
    expect(token).toBe('string');
    expect(first).toMatchObject({
      code: 'JSFORCE_UNAVAILABLE',
      cause: 'MODULE_NOT_FOUND',
      retryable: false,
    });
    expect(first.message).toContain('jsforce is not installed.');
    expect(first.hint).toContain('npm install jsforce');
    expect(second).toEqual(first);
    expect(org.stats().tokenRequests).toBe(1);
  });

  test('getConnection on a cold cache rejects, and its request’s failure is nobody’s', async () => {
    const org = await startOrg();
    org.inject({ kind: 'oauth-error', error: 'inactive_org' });
    const program = `
      report((await pkg.getConnection(input).catch((error) => error)).code);
      while (pkg.getCacheStats().failures === 0) await new Promise(setImmediate);
      await new Promise((resolve) => setTimeout(resolve, 50));`;
    expect(await run(program, org.config)).toEqual(['JSFORCE_UNAVAILABLE']);
  });

  test('a jsforce that this Node.js cannot load is told apart', async () => {
    const jsforce = join(folder, 'node_modules/jsforce');
    mkdirSync(jsforce);
    writeFileSync(join(jsforce, 'index.js'), "throw new TypeError('too new');");
    const program = `
      const { code, message, cause } = await pkg.getConnection(input).catch((error) => error);
      report({ code, message, cause: cause.message });`;
    const [answer] = await run(program, (await startOrg()).config);
    expect(answer).toMatchObject({ code: 'JSFORCE_UNAVAILABLE', cause: 'too new' });
    expect(answer.message).toMatch(/jsforce cannot be loaded by Node\.js \d+\.\d+\.\d+\./);
  });

  test('a Connection class of one’s own needs none', async () => {
    const org = await startOrg();
    const program = `
      class Own {
        constructor({ accessToken, instanceUrl, version }) {
          Object.assign(this, { accessToken, instanceUrl, version });
        }
      }
      const manager = new pkg.JWTConnectionManager({ Connection: Own });
      const { instanceUrl, version } = await manager.getConnection(input);
      report({ instanceUrl, version });`;
    const [own] = await run(program, org.config);
    expect(own).toEqual({ instanceUrl: org.instanceUrl, version: '64.0' });
  });
});
