'use strict';

// npm run demo: the package at work against an org on this machine. With SF_CLIENT_ID, SF_PRIVATE_KEY,
// SF_USERNAME and SF_INSTANCE_URL set, it works against that org.

const { setUp } = require('./setup.js');

async function main() {
  await setUp();
  // These need the addon, which set-up has built.
  const { openOrg } = require('./demo/org.js');
  const { failure, heading, line } = require('./demo/screen.js');
  const story = require('./demo/story.js');

  const org = await openOrg();
  let connection;
  try {
    heading(org.title);
    for (const [name, value] of org.facts) line(name, value);
    connection = await story.firstCall(org);
    await story.query(connection);
    await story.secondCall(org, connection);
    await story.stampede(org);
    if (org.local) await story.revocation(org, connection);
    story.cacheStats();
    console.log();
  } catch (error) {
    failure(error, connection);
    process.exitCode = 1;
  } finally {
    await org.local?.close();
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
