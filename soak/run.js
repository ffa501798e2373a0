'use strict';

// npm run soak: measures every promise with its full count, on the release build, and prints one
// table. --quick: the short counts of `npm test`. --only N: promise N alone. Exit code 1 if a
// figure is missed. A promise that this machine cannot measure is skipped and not counted as held.

const { cpus } = require('node:os');
const { setUp } = require('../scripts/setup.js');

/** Modules, with the promises of docs/reliability.md that each measures. */
const SOAKS = [
  ['./wall-clock.js', 1],
  ['./shared-tokens.js', 1, 14],
  ['./one-login.js', 2],
  ['./renewal.js', 5],
  ['./bounded-time.js', 6],
  ['./wrong-key.js', 7],
  ['./refused-for-hours.js', 7],
  ['./retry-load.js', 8],
  ['./freeze.js', 10],
  ['./secrets.js', 16],
  ['./teardown.js', 18],
  ['./leaks.js', 20],
  ['./memory-check.js', 20],
  ['./healing.js', 23],
  ['./laws.js', 1, 9, 11, 12, 13, 14, 17, 19, 21, 22],
  ['./miri.js', 22],
  ['./fuzz.js', 21],
];

/**
 * The rows of one module. A row without a number has the module’s first one. A module that throws
 * misses each of its promises; the other modules still run.
 */
async function measure(file, numbers, scale) {
  const started = performance.now();
  const found = await Promise.resolve(scale)
    .then((each) => require(file)(each))
    .catch((error) =>
      numbers.map((number) => ({
        number,
        promise: file,
        wanted: 'an answer',
        measured: String(error.stack).split('\n', 3).join(' '),
        ok: false,
      })),
    );
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  return [found].flat().map((row) => ({ number: numbers[0], seconds, ...row }));
}

const line = (cells) => `| ${cells.join(' | ')} |`;

function cellsOf({ number, promise, wanted, measured, ok, skipped, seconds }) {
  const missed = ok ? measured : `**MISSED** ${measured}`;
  return [number, promise, wanted, skipped ? `skipped: ${skipped}` : missed, seconds];
}

async function main([...args]) {
  const scale = args.includes('--quick') ? 'short' : 'full';
  const only = args.includes('--only') ? Number(args[args.indexOf('--only') + 1]) : undefined;
  const chosen = SOAKS.filter(([, ...numbers]) => only === undefined || numbers.includes(only));
  if (chosen.length === 0) throw new Error(`There is no soak of promise ${only}.`);
  await setUp();
  const rows = [];
  for (const [file, ...numbers] of chosen) {
    process.stderr.write(`${file}\n`);
    for (const row of await measure(file, numbers, scale)) {
      if (only !== undefined && row.number !== only) continue;
      process.stderr.write(`${line(cellsOf(row))}\n`);
      rows.push(row);
    }
  }
  rows.sort((one, other) => one.number - other.number);
  const head = ['#', 'promise', 'wanted', 'measured', 'seconds'];
  console.log([head, head.map(() => '---'), ...rows.map(cellsOf)].map(line).join('\n'));
  const skipped = rows.filter((row) => row.skipped).length;
  const held = rows.filter(({ ok }) => ok).length;
  const build = `release build, Node.js ${process.versions.node}, ${process.platform}-${process.arch}, ${cpus().length} processors`;
  console.log(
    `\n${held} of ${rows.length} figures held, ${skipped} skipped: ${build}, ${new Date().toISOString().slice(0, 10)}.`,
  );
  if (rows.length === 0 || held + skipped < rows.length) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
