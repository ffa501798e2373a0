'use strict';

// npm run bench: this package beside the JavaScript managers, in one run. --quick looks only whether
// everything works; its figures say little. Ends with code 1 if a bar is missed.

const { readFileSync } = require('node:fs');
const os = require('node:os');
const { join } = require('node:path');
const { setUp } = require('../scripts/setup.js');

const FULL = { coldRounds: 15, warmRounds: 21, warmCalls: 200_000, stampedeRounds: 7 };
const QUICK = { coldRounds: 3, warmRounds: 3, warmCalls: 50_000, stampedeRounds: 2 };
const PACKAGES = ['jsonwebtoken', 'jsforce', 'jose', 'salesforce-jwt-bearer-token-flow'];

async function main() {
  const options = process.argv.includes('--quick') ? QUICK : FULL;
  await setUp();
  const { startAuthorizationServer } = require('./authorization-server.js');
  const { coldStart } = require('./cold-start.js');
  const { stampede } = require('./stampede.js');
  const { warmHit } = require('./warm-hit.js');

  console.log(`${describeMachine()}\n`);
  const server = await startAuthorizationServer();
  const bars = [];
  try {
    // Cold starts come first, as long as the process that starts them is small.
    for (const measure of [coldStart, warmHit, stampede]) {
      for (const report of [await measure(server, options)].flat()) {
        console.log(`### ${report.title}\n\n${report.table}\n`);
        bars.push(...report.bars);
      }
    }
  } finally {
    server.close();
  }
  console.log(`${describeLoad('at the end')}\n`);
  judge(bars);
}

function judge(bars) {
  const { table } = require('./figures.js');
  const rows = bars.map(({ name, measured, limit }) => [
    name,
    measured.toPrecision(3),
    `≤ ${limit}`,
    measured <= limit ? 'met' : 'MISSED',
  ]);
  console.log(`### Bars\n\n${table(['bar', 'measured', 'limit', 'result'], rows)}`);
  if (bars.some(({ measured, limit }) => !(measured <= limit))) process.exitCode = 1;
}

function describeMachine() {
  const cpus = os.cpus();
  const packages = [...PACKAGES, 'sf-jwt-token'].map((name) => `${name} ${versionOf(name)}`);
  return [
    `- Node.js ${process.versions.node}, ${process.platform}-${process.arch}`,
    `- ${cpus.length} × ${cpus[0]?.model.trim() ?? 'unknown CPU'}`,
    `- ours ${require('../package.json').version}; ${packages.join(', ')}`,
    describeLoad('at the start'),
  ].join('\n');
}

/** Whoever reads the figures should know whether the machine had other work. */
const describeLoad = (when) => `- load ${when}: ${os.loadavg()[0].toFixed(2)}`;

function versionOf(name) {
  const file = join(__dirname, '../node_modules', name, 'package.json');
  return JSON.parse(readFileSync(file, 'utf8')).version;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
