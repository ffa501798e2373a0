'use strict';

// A process that is frozen, killed, or cannot load the addon.

const { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { runChild } = require('../support/child');
const { startOrg } = require('../support/orgs');
const { startTokenHost } = require('../support/token-host');

const ROOT = join(__dirname, '../..');
const { binaryName } = require('../../package.json').napi;

const claimsOf = (form) =>
  JSON.parse(Buffer.from(form.get('assertion').split('.')[1], 'base64url').toString());

const onLinux = process.platform === 'linux' ? test : test.skip;

/** Whether a process stands still. */
const isStopped = (pid) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')[0] === 'T';

onLinux(
  'a freeze during an exchange that the server gave up is mended by a new assertion',
  async () => {
    const { config } = await startOrg();
    const token = {
      access_token: '00D000000000001!x',
      instance_url: 'https://acme.my.salesforce.com',
    };
    const host = await startTokenHost(async (form) => {
      if (host.forms.length > 1) return token;
      // The program's consumer key is its process id.
      const pid = Number(claimsOf(form).iss);
      process.kill(pid, 'SIGSTOP');
      while (!isStopped(pid)) await sleep(1);
      setTimeout(() => process.kill(pid, 'SIGCONT'), 300);
      return { status: 503 };
    });
    const program = `
    const { getAccessToken, getCacheStats } = load();
    await getAccessToken({ ...input, clientId: String(process.pid) });
    report(getCacheStats());`;
    const input = { ...config, instanceUrl: host.url };
    const { code, reports, stderr } = await runChild(program, { input });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(reports).toMatchObject([{ mints: 1, failures: 0, exchanges: 2 }]);
    const ids = host.forms.map((form) => claimsOf(form).jti);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(Buffer.from(id, 'base64url').length).toBeGreaterThanOrEqual(16);
  },
);

describe('a process that is told to end while an exchange hangs', () => {
  const program = `
    const { getAccessToken, getCacheStats } = load();
    getAccessToken(input).catch(() => {});
    while (getCacheStats().exchanges === 0) await new Promise(setImmediate);
    report(performance.now());`;

  test.each([
    ['by SIGTERM, ends by it', '', null],
    [
      'by SIGTERM, and handles it, keeps its exit code',
      "process.on('SIGTERM', () => process.exit(9));",
      9,
    ],
  ])('%s', async (_, handle, expected) => {
    const org = await startOrg();
    org.inject({ kind: 'hang' });
    const kill = "process.kill(process.pid, 'SIGTERM');";
    const child = await runChild(`${handle}${program}${kill}`, { input: org.config });
    expect(child).toMatchObject({ code: expected, stderr: '' });
    expect(child.took).toBeLessThan(4_000);
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

  test('that is missing is named with its platform and libc', async () => {
    const report = process.report.getReport();
    const libc = report.header.glibcVersionRuntime ? 'gnu' : 'musl';
    const ends = { linux: `-${libc}`, win32: '-msvc', darwin: '' };
    const platform = `${process.platform}-${process.arch}${ends[process.platform]}`;
    expect(await whyNot()).toContain(`${binaryName}.${platform}.node`);
  });

  test('of another machine is an error to catch, which names the file', async () => {
    for (const platform of ['linux-x64-gnu', 'linux-arm64-gnu', 'darwin-arm64', 'win32-x64-msvc']) {
      const name = `${binaryName}.${platform}.node`;
      writeFileSync(join(folder, name), 'the code of another machine');
    }
    expect(await whyNot()).toContain(`${binaryName}.`);
  });

  test('loaded again by another path of the same file has the same cache, a copy its own', async () => {
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
