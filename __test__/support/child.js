'use strict';

const { spawn } = require('node:child_process');
const { text } = require('node:stream/consumers');
const { withoutSecrets } = require('../../support/canaries');
const { plainEnvironment } = require('../../support/plain-environment');

const PACKAGE = require.resolve('../..');

/**
 * Runs a Node.js program: its text, in which `input` is the given value and `load()` requires the
 * package. What it passes to `report` comes back. Neither that nor what it prints otherwise may
 * hold a secret; only a test that is about tokens says that it `reportsTokens`.
 *
 * @param {string} program may use `await`
 * @param {{ input?: unknown, env?: NodeJS.ProcessEnv, args?: string[], cwd?: string,
 *   reportsTokens?: boolean }} [options]
 */
async function runChild(program, options = {}) {
  const { input = null, env = {}, args = [], cwd, reportsTokens = false } = options;
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
  const ended = new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const [stdout, stderr, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const took = performance.now() - start;
  withoutSecrets(stderr);
  if (!reportsTokens) withoutSecrets(stdout);
  const reports = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return { ...end, reports, stderr, took };
}

module.exports = { runChild };
