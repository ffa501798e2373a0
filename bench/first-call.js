'use strict';

// The process of a cold start: node first-call.js <manager> <getToken | getConnection>. It says when
// it has what it was asked for, and what CPU time that took. process.stdout would cost milliseconds.

const { writeSync } = require('node:fs');

const [manager, call] = process.argv.slice(2);
const { SF_CLIENT_ID, SF_PRIVATE_KEY, SF_USERNAME, SF_INSTANCE_URL } = process.env;

function say(word) {
  const { user, system } = process.cpuUsage();
  writeSync(1, `${word} ${(user + system) / 1000}\n`);
}

process.on('exit', () => say('exit'));

require(`./managers/${manager}.js`)
  [call]({
    clientId: SF_CLIENT_ID,
    privateKey: SF_PRIVATE_KEY,
    username: SF_USERNAME,
    instanceUrl: SF_INSTANCE_URL,
  })
  .then((got) => {
    if (!got) throw new Error(`${manager} gave nothing.`);
    say('got');
  });
