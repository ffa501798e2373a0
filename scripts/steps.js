'use strict';

// Runs named steps one after the other until one fails. A step returns how many of its tests passed and
// failed. The last line printed is the sum.

const { limit } = require('./running');

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** @param {number} minutes for all steps together; the step that is running then is ended and fails */
async function runSteps(steps, minutes) {
  limit(minutes * 60_000);
  const sum = { passed: 0, failed: 0 };
  for (const [name, step] of steps) {
    console.log(`\n── ${name}`);
    const start = performance.now();
    const { passed, failed, error } = await step().catch((error) => ({
      passed: 0,
      failed: 1,
      error,
    }));
    sum.passed += passed;
    sum.failed += failed;
    if (error) console.error(error.message);
    console.log(`── ${name}: ${passed} passed, ${failed} failed, ${seconds(start)}`);
    if (failed > 0) break;
  }
  if (sum.failed > 0) process.exitCode = 1;
  console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
}

/** A step that counts as one test. */
const one = (work) => async () => {
  await work();
  return { passed: 1, failed: 0 };
};

module.exports = { one, runSteps };
