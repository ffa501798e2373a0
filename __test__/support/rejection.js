'use strict';

const { withoutSecrets } = require('../../support/canaries');

/** What a promise is rejected with; that it is fulfilled is an error, and that it shows a secret. */
function rejection(promise) {
  return promise.then(
    (value) => {
      throw new Error(`expected a rejection, not ${String(value)}`);
    },
    (error) => withoutSecrets(error),
  );
}

/** What a function throws, likewise. */
function thrown(action) {
  try {
    action();
  } catch (error) {
    return withoutSecrets(error);
  }
  throw new Error('expected it to throw');
}

/** The result of an action, with the milliseconds it took. */
async function timed(action) {
  const start = performance.now();
  const result = await action();
  return { result, took: performance.now() - start };
}

module.exports = { rejection, thrown, timed };
