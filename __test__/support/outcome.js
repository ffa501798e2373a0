'use strict';

const { rejection, timed } = require('./rejection');
const { GRANTED } = require('./token-faults');

/** Milliseconds from a call to the end of its budget, which is half a second before its deadline. */
const BUDGET = 900;
const MARGIN = 500;
const TOLERANCE = 300;

/**
 * What a call with so little time ends as, in that time.
 *
 * @param {(options: { deadline: number }) => Promise<unknown>} ask
 */
async function outcomeOf(ask) {
  const asked = () =>
    ask({ deadline: Date.now() + BUDGET + MARGIN }).then(
      () => ({ code: GRANTED }),
      (error) => rejection(Promise.reject(error)),
    );
  const { result, took } = await timed(asked);
  expect(took).toBeLessThan(BUDGET + TOLERANCE);
  return result;
}

module.exports = { BUDGET, outcomeOf };
