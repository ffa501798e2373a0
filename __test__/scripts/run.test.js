'use strict';

const { runChild } = require('../support/child');

/** Where processes come in groups, which can be ended as one. */
const withGroups = process.platform === 'win32' ? test.skip : test;

const SCRIPTS = `
  const { limit } = require(${JSON.stringify(require.resolve('../../scripts/running'))});
  const { run } = require(${JSON.stringify(require.resolve('../../scripts/run'))});`;

/** Never ends, holds what it inherited, and does first what is given, in which `above` is the pid of who runs it all. */
const endless = (first) => `
  const above = Number(process.argv[1]);
  setInterval(() => {}, 1_000);
  process.on('SIGTERM', () => {}).on('SIGINT', () => {});
  console.log('"up"');
  ${first}`;

/** Starts the endless one, and ends or stays. */
const starter = (first, last) => `
  const stdio = 'inherit';
  const args = ['-e', ${JSON.stringify(endless(first))}, process.argv[1]];
  require('node:child_process').spawn(process.execPath, args, { stdio })${last};`;

const runs = (program) => `
  await run(process.execPath, ['-e', ${JSON.stringify(program)}, String(process.pid)]).then(
    () => report('ended well'),
    ({ message }) => report(message.split(': ').at(-1)),
  );`;

// A test ends when nobody holds the pipes of what it ran.
withGroups.each([
  ['a program that does not end', ''],
  ['a program that ends, and leaves one behind', '.unref()'],
])('%s is over at the limit, with all that it started', async (_, last) => {
  const child = await runChild(`${SCRIPTS} limit(2_500); ${runs(starter('', last))}`);
  expect(child).toMatchObject({ code: 0, stderr: '' });
  const [up, said] = child.reports;
  expect([up, said]).toEqual(['up', expect.stringMatching(/^ended with .*, as the time was up$/)]);
  expect(child.took).toBeGreaterThan(2_400);
});

withGroups.each(['SIGINT', 'SIGTERM'])('%s ends all that a program started', async (signal) => {
  const kill = `process.kill(above, '${signal}');`;
  const child = await runChild(SCRIPTS + runs(starter(kill, '')));
  expect(child).toMatchObject({ code: null, signal, stderr: '', reports: ['up'] });
});

withGroups('a program that is killed takes with it what it started', async () => {
  const kill = `process.kill(process.ppid, 'SIGKILL');`;
  const child = await runChild(SCRIPTS + runs(starter(kill, '')));
  expect(child).toMatchObject({ code: 0, stderr: '', reports: ['up', 'ended with SIGKILL'] });
});

test('what is printed comes back, and standard error with it if it is asked for', async () => {
  const program = `console.log('"one"'); console.error('"two"');`;
  const runsIt = (options) => `
    const [...output] = (await run(process.execPath, ['-e', ${JSON.stringify(program)}], ${options})).split('\\n');
    report(output.sort().join(''));`;
  const { reports, stderr } = await runChild(
    `${SCRIPTS} {${runsIt('{ quiet: true }')}} {${runsIt('{ quiet: true, withErrors: true }')}}`,
  );
  expect(reports).toEqual(['"one"', '"one""two"']);
  expect(stderr).toBe('"two"\n"two"\n');
});
