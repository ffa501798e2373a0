'use strict';

// npm run soak: every promise that this folder can measure, with its full count. --quick takes the
// short counts of `npm test`, --only N one promise. Ends with code 1 if a figure is missed.

const { setUp } = require('../scripts/setup.js');

/** Promises by their number in RELIABILITY.md. */
const SOAKS = [
  ['1', './wall-clock.js'],
  ['2', './one-login.js'],
  ['5', './renewal.js'],
  ['6', './bounded-time.js'],
  ['8', './retry-load.js'],
  ['10', './freeze.js'],
  ['18', './teardown.js'],
  ['20', './leaks.js'],
];

async function main([...args]) {
  const scale = args.includes('--quick') ? 'short' : 'full';
  const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : undefined;
  const chosen = SOAKS.filter(([number]) => only === undefined || number === only);
  if (chosen.length === 0) throw new Error(`There is no soak of promise ${only}.`);
  await setUp();
  const rows = [];
  for (const [number, file] of chosen) {
    process.stderr.write(`${number} ${file}\n`);
    const started = performance.now();
    const { promise, wanted, measured, ok } = await require(file)(scale);
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    if (!ok) process.exitCode = 1;
    rows.push([number, promise, wanted, ok ? measured : `**MISSED** ${measured}`, seconds]);
  }
  const head = ['#', 'promise', 'wanted', 'measured', 'seconds'];
  console.log(
    [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n'),
  );
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
