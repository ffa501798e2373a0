'use strict';

const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const { mkdtempSync, rmSync } = require('node:fs');
const https = require('node:https');
const net = require('node:net');
const { networkInterfaces, tmpdir } = require('node:os');
const { join } = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { certificateFor } = require('../support/certificates');
const { runChild } = require('../support/child');
const { closeAfterTest, startOrg } = require('../support/orgs');

const HOST = 'acme.my.salesforce.com';
const SOURCE = join(__dirname, '../support/two-addresses.c');
/** Only there can a library be put before the C library like this. */
const onLinux = process.platform === 'linux' ? test : test.skip;

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'addresses-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A listener at the IPv6 address that takes no connection, nor refuses one. */
async function blackHole(port) {
  const program = `require('node:net').createServer().listen({ port: ${port}, host: '::1', backlog: 1 }, () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  const filling = [];
  closeAfterTest({
    close: () => {
      for (const socket of filling) socket.destroy();
      child.kill('SIGKILL');
    },
  });
  // The system takes some connections for a process that does not.
  for (let connected = true; connected; ) {
    const socket = net.connect(port, '::1').on('error', () => {});
    filling.push(socket);
    connected = await Promise.race([once(socket, 'connect').then(() => true), sleep(300)]);
    if (filling.length > 200) throw new Error('the system takes all connections');
  }
}

/** Some containers have no IPv6 at all, so that nothing can be silent there. */
const hasIPv6 = Object.values(networkInterfaces())
  .flat()
  .some(({ address }) => address === '::1');
const DEAD = [['refuses', () => {}], ...(hasIPv6 ? [['is silent', blackHole]] : [])];

onLinux.each(DEAD)('fault 51: a host whose IPv6 address %s answers by IPv4', async (_, kill) => {
  const library = join(folder, 'two-addresses.so');
  execFileSync('cc', ['-shared', '-fPIC', '-o', library, SOURCE, '-ldl']);
  const { ca, ...certificate } = await certificateFor(HOST);
  const { config } = await startOrg();
  const answer = { access_token: '00D000000000001!x', instance_url: `https://${HOST}` };
  const server = https.createServer(certificate, (_request, response) => {
    response.end(JSON.stringify(answer));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeAfterTest(server);
  const { port } = server.address();
  await kill(port);

  const program = `
    const { JWTConnectionManager } = load();
    const manager = new JWTConnectionManager({ ca: input.ca });
    const families = await require('node:dns/promises').lookup(input.host, { all: true });
    const start = performance.now();
    await manager.getAccessToken(input.config);
    report([families.map(({ family }) => family), performance.now() - start, manager.getCacheStats().requests]);`;
  const input = { ca, host: HOST, config: { ...config, instanceUrl: `https://${HOST}:${port}` } };
  const env = { LD_PRELOAD: library, TWO_ADDRESSES: HOST };
  const { code, reports, stderr } = await runChild(program, { input, env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [[families, took, requests]] = reports;
  expect(families).toEqual([6, 4]);
  expect(requests).toBe(1);
  expect(took).toBeLessThan(1_500);
  if (kill === blackHole) expect(took).toBeGreaterThan(250); // it was silent indeed
});
