'use strict';

// Process start → first token, → first Connection. Every sample is a process of its own.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { join } = require('node:path');
const { ratio, spread, table } = require('./figures.js');
const { loginAt } = require('./login.js');
const { inRounds } = require('./rounds.js');

const CA_FILE = join(__dirname, '../testing/tls/ca.pem');
const PACKAGES = ['salesforce-jwt-bearer-token-flow', 'sf-jwt-token'];
const BAR = 0.35;

const scenarios = [
  {
    title: 'Cold start: process start → first token, https',
    call: 'getToken',
    scheme: 'https',
    managers: ['ours', 'plain', 'seed', 'jose', ...PACKAGES, 'none'],
  },
  {
    title: 'Cold start: process start → first token, http',
    call: 'getToken',
    scheme: 'http',
    managers: ['ours', 'plain', 'seed', 'jose', ...PACKAGES, 'none'],
  },
  {
    title: 'Cold start: process start → first Connection, https',
    call: 'getConnection',
    scheme: 'https',
    managers: ['ours', 'plain', 'seed'],
  },
];

const HEADINGS = [
  'ms: min / median / max (× seed)',
  'wall to the answer',
  'wall, whole process',
  'CPU to the answer',
  'CPU, whole process',
];
const FIGURES = ['wallToAnswer', 'wall', 'cpuToAnswer', 'cpu'];

/**
 * @param {import('./authorization-server').AuthorizationServer} server
 * @param {{ coldRounds: number }} options
 */
async function coldStart({ origins }, { coldRounds }) {
  const variants = scenarios.flatMap((scenario) =>
    scenario.managers.map((manager) => ({ scenario, manager })),
  );
  const samples = await inRounds(variants, coldRounds, ({ scenario, manager }) =>
    firstCall(manager, scenario.call, loginAt(origins[scenario.scheme])),
  );
  return scenarios.map((scenario) => report(scenario, variants, samples));
}

/**
 * Runs one process. Its environment is made here: an inherited NODE_EXTRA_CA_CERTS, NODE_OPTIONS or
 * compile cache would change every figure.
 */
async function firstCall(manager, call, login) {
  const env = {
    PATH: process.env.PATH,
    SystemRoot: process.env.SystemRoot, // without it Windows has no network
    SF_CLIENT_ID: login.clientId,
    SF_PRIVATE_KEY: login.privateKey,
    SF_USERNAME: login.username,
    SF_INSTANCE_URL: login.instanceUrl,
    ...(login.instanceUrl.startsWith('https:') ? trust(manager) : {}),
  };
  const start = performance.now();
  const child = spawn(process.execPath, [join(__dirname, 'first-call.js'), manager, call], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let wallToAnswer;
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    wallToAnswer ??= performance.now() - start;
    output += text;
  });
  const [exited, closed] = [once(child, 'exit'), once(child, 'close')];
  const [code] = await exited;
  const wall = performance.now() - start;
  await closed;
  const [, cpuToAnswer, cpu] = /^got (\S+)\nexit (\S+)\n$/.exec(output) ?? [];
  if (code !== 0 || cpu === undefined) throw new Error(`${manager} ${call} failed (${code}).`);
  return { wallToAnswer, wall, cpuToAnswer: Number(cpuToAnswer), cpu: Number(cpu) };
}

/** The environment in which a manager trusts the server. For `fetch`, Node.js offers no other way. */
function trust(manager) {
  if (manager === 'none') return {};
  return manager === 'ours' ? { BENCH_CA: CA_FILE } : { NODE_EXTRA_CA_CERTS: CA_FILE };
}

function report(scenario, variants, samples) {
  const of = (manager, figure) =>
    samples
      .get(variants.find((each) => each.scenario === scenario && each.manager === manager))
      .map((sample) => sample[figure]);
  const rows = scenario.managers.map((manager) => [
    manager === 'none' ? 'Node.js alone' : manager,
    ...FIGURES.map((figure) => spread(of(manager, figure), 1, of('seed', figure))),
  ]);
  const bars = [];
  if (scenario.call === 'getToken' && scenario.scheme === 'https') {
    const measured = ratio(of('ours', 'wallToAnswer'), of('seed', 'wallToAnswer'));
    bars.push({ name: 'first token, https, wall: ours / seed', measured, limit: BAR });
  }
  return { title: scenario.title, table: table(HEADINGS, rows), bars };
}

module.exports = { coldStart };
