'use strict';

const { spawn } = require('node:child_process');
const { text } = require('node:stream/consumers');
const { withoutSecrets } = require('./canaries');

const PACKAGE = require.resolve('../..');

/** Environment of a child in which nothing of this machine's network set-up counts. */
function plainEnvironment() {
  const proxies = /^(https?|all|no)_proxy$|^(NODE_|JEST_|SF_)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !proxies.test(name)));
}

/**
 * Runs a Node.js program: its text, in which `input` is the given value and `load()` requires the
 * package. What it passes to `report` comes back; what it prints otherwise holds no secret.
 *
 * @param {string} program may use `await`
 * @param {{ input?: unknown, env?: NodeJS.ProcessEnv, args?: string[], cwd?: string }} [options]
 */
async function runChild(program, { input = null, env = {}, args = [], cwd } = {}) {
  const prelude = `
    const input = ${JSON.stringify(input)};
    const load = () => require(${JSON.stringify(PACKAGE)});
    const report = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
    (async () => {`;
  const start = performance.now();
  const child = spawn(process.execPath, [...args, '-e', `${prelude}${program}\n})()`], {
    cwd,
    env: { ...plainEnvironment(), RUST_BACKTRACE: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const took = performance.now() - start;
  withoutSecrets(stderr);
  const reports = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return { code, reports, stderr, took };
}

module.exports = { plainEnvironment, runChild };
