'use strict';

const { startLocalOrg } = require('../../testing');

/** What is open in the test that runs. */
const open = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

/** Closes it after the test, as every org here is. */
function closeAfterTest(closable) {
  open.push(closable);
  return closable;
}

/** @type {typeof startLocalOrg} */
async function startOrg(options) {
  return closeAfterTest(await startLocalOrg(options));
}

module.exports = { closeAfterTest, startOrg };
