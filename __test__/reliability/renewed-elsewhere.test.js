'use strict';

const { runChild } = require('../support/child');
const { startOrg } = require('../support/orgs');
const { startTokenHost } = require('../support/token-host');

/** Seconds that a token may be used. */
const USABLE = 1;

test('a dead token that another thread renewed is not handed out again', async () => {
  const { config } = await startOrg();
  let logins = 0;
  const host = await startTokenHost(() => {
    logins += 1;
    const token = { access_token: `00D!${logins}`, instance_url: host.url };
    return { ...token, expires_in: USABLE / 0.9 };
  });
  const input = {
    package: require.resolve('../..'),
    config: { ...config, instanceUrl: host.url },
    wait: USABLE * 1_000 + 50,
  };
  const program = `
    const { once } = require('node:events');
    const { Worker } = require('node:worker_threads');
    const { getAccessToken } = load();
    const token = async () => (await getAccessToken(input.config)).accessToken;
    const worker = new Worker(\`
      const { parentPort, workerData } = require('node:worker_threads');
      const { getAccessToken } = require(workerData.package);
      parentPort.on('message', async () => {
        parentPort.postMessage((await getAccessToken(workerData.config)).accessToken);
      });
    \`, { eval: true, workerData: input });
    const first = await token();
    await new Promise((resolve) => setTimeout(resolve, input.wait));
    worker.postMessage('token');
    const [renewed] = await once(worker, 'message');
    report([first, renewed, await token()]);
    await worker.terminate();`;
  const { reports, stderr } = await runChild(program, { input });
  expect(stderr).toBe('');
  expect(reports).toEqual([['00D!1', '00D!2', '00D!2']]);
});
