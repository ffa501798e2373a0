'use strict';

const { runChild } = require('../support/child');
const { startOrg } = require('../support/orgs');

test('fault 23: a clock that is ten minutes behind costs one request more, and is told once', async () => {
  const org = await startOrg();
  org.inject({ kind: 'date-skew', seconds: 600 });
  const program = `
    const { JWTConnectionManager } = load();
    const warnings = [];
    process.on('warning', ({ name, code, message }) => warnings.push({ name, code, message }));
    const manager = new JWTConnectionManager();
    await manager.getAccessToken(input);
    await manager.getAccessToken({ ...input, tokenTtl: 300 });
    await new Promise(setImmediate);
    report([warnings, manager.getCacheStats().requests]);`;
  const { code, reports } = await runChild(program, { input: org.config });
  expect(code).toBe(0);
  const [[warnings, requests]] = reports;
  // One corrected request; the next login is right at once.
  expect(requests).toBe(3);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatchObject({ name: 'ClockSkewWarning', code: 'CLOCK_SKEW' });
  const [, told] = /clock is (\d+) s behind Salesforce's/.exec(warnings[0].message);
  expect(Math.abs(Number(told) - 600)).toBeLessThan(5);
});
