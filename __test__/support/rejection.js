'use strict';

/** What a promise is rejected with; that it is fulfilled is an error. */
function rejection(promise) {
  return promise.then(
    (value) => {
      throw new Error(`expected a rejection, not ${String(value)}`);
    },
    (error) => error,
  );
}

/** What a function throws. */
function thrown(action) {
  try {
    action();
  } catch (error) {
    return error;
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
