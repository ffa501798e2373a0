'use strict';

// A process that is frozen, killed, or cannot load the addon.

const { copyFileSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { runChild } = require('../support/child');
const { freeze } = require('../../support/freeze');
const { startOrg } = require('../support/orgs');
const { claimsOf, startTokenHost } = require('../support/token-host');

const ROOT = join(__dirname, '../..');
const { binaryName } = require('../../package.json').napi;

const onLinux = process.platform === 'linux' ? test : test.skip;

describe('a freeze during a request that the server gave up', () => {
  const GRANTED = {
    access_token: '00D000000000001!x',
    instance_url: 'https://acme.my.salesforce.com',
  };

  /** A token endpoint that freezes the process of the first request and breaks the connection. */
  async function startDeserter(loss, pidOf) {
    const host = await startTokenHost(async (form) => {
      if (host.forms.length > 1) return GRANTED;
      const pid = pidOf(form);
      await freeze(pid);
      setTimeout(() => process.kill(pid, 'SIGCONT'), 300);
      return { loss };
    });
    return host;
  }

  onLinux.each(['close', 'reset'])('fault 6: is mended by a new assertion (%s)', async (loss) => {
    const { config } = await startOrg();
    // The program's consumer key is its process id.
    const host = await startDeserter(loss, (form) => Number(claimsOf(form).iss));
    const program = `
      const { getAccessToken, getCacheStats } = load();
      await getAccessToken({ ...input, clientId: String(process.pid) });
      report(getCacheStats());`;
    const input = { ...config, instanceUrl: host.url };
    const { code, reports, stderr } = await runChild(program, { input });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(reports).toMatchObject([{ mints: 1, failures: 0, requests: 2 }]);
    const ids = host.forms.map((form) => claimsOf(form).jti);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(Buffer.from(id, 'base64url').length).toBeGreaterThanOrEqual(16);
  });

  onLinux.each(['close', 'reset'])('fault 6: spends a token that may rotate (%s)', async (loss) => {
    const { oauth } = await startOrg();
    const host = await startDeserter(loss, (form) => Number(form.get('client_id')));
    const program = `
      const manager = load().SalesforceConnectionManager.getInstance();
      const config = { ...input, clientId: String(process.pid) };
      for (let call = 0; call < 2; call += 1) {
        report((await manager.getConnection(config).catch((error) => error)).code);
      }`;
    const input = { ...oauth, loginUrl: host.url };
    const { code, reports, stderr } = await runChild(program, { input });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(reports).toEqual(['REFRESH_UNCERTAIN', 'REFRESH_UNCERTAIN']);
    expect(host.forms).toHaveLength(1);
  });
});

describe('a process that is told to end while a request hangs', () => {
  const program = `
    const { getAccessToken, getCacheStats } = load();
    getAccessToken(input).catch(() => {});
    while (getCacheStats().requests === 0) await new Promise(setImmediate);
    report(performance.now());`;

  test.each([
    ['fault 46: by SIGTERM, ends by it', '', { code: null, signal: 'SIGTERM' }],
    [
      'fault 46: by SIGTERM, and handles it, keeps its exit code',
      "process.on('SIGTERM', () => process.exit(9));",
      { code: 9, signal: null },
    ],
  ])('%s', async (_, handle, expected) => {
    const org = await startOrg();
    org.inject({ kind: 'hang' });
    const kill = "process.kill(process.pid, 'SIGTERM');";
    const child = await runChild(`${handle}${program}${kill}`, { input: org.config });
    expect(child).toMatchObject({ ...expected, stderr: '' });
    expect(child.took).toBeLessThan(2_000);
  });
});

describe('the addon', () => {
  let folder;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'addon-'));
    copyFileSync(join(ROOT, 'native.js'), join(folder, 'native.js'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Why the loader in the folder fails, all causes included. */
  async function whyNot() {
    const program = `
      try {
        require(input);
      } catch (error) {
        const all = [];
        for (let each = error; each; each = each.cause) all.push(each.message);
        report(all.join('\\n'));
      }`;
    const { code, reports, stderr } = await runChild(program, { input: join(folder, 'native.js') });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return reports[0];
  }

  /** The addon's file for this machine, which names platform and libc. */
  function fileHere() {
    const libc = process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl';
    const ends = { linux: `-${libc}`, win32: '-msvc', darwin: '' };
    return `${binaryName}.${process.platform}-${process.arch}${ends[process.platform]}.node`;
  }

  test('fault 47: that is missing is named with its platform and libc', async () => {
    expect(await whyNot()).toContain(fileHere());
  });

  test('fault 47: of another machine is an error to catch, which names platform and libc', async () => {
    writeFileSync(join(folder, fileHere()), 'the code of another machine');
    expect(await whyNot()).toContain(fileHere());
  });

  test('fault 47: loaded again by another path of the same file has the same cache, a copy its own', async () => {
    const org = await startOrg();
    const program = `
      const { copyFileSync, readdirSync, symlinkSync } = require('node:fs');
      const { join } = require('node:path');
      const pkg = load();
      await pkg.getAccessToken(input.config);
      const file = readdirSync(input.root).find((name) => name.endsWith('.node'));
      symlinkSync(join(input.root, file), join(input.folder, 'link.node'));
      copyFileSync(join(input.root, file), join(input.folder, 'copy.node'));
      for (const name of ['link.node', 'copy.node']) {
        const module = { exports: {} };
        process.dlopen(module, join(input.folder, name));
        report(module.exports.TokenSource.shared().stats().total);
      }
      report(pkg.getCacheStats().total);`;
    const input = { config: org.config, root: ROOT, folder };
    const { code, reports, stderr } = await runChild(program, { input });
    expect({ code, reports, stderr }).toEqual({ code: 0, reports: [1, 0, 1], stderr: '' });
  });
});
