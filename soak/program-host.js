'use strict';

// The inside of a program that program.js starts: its argument exports actions.

const actions = require(process.argv[2]);

process.on('message', async ({ id, action, argument }) => {
  const answer = await Promise.resolve(argument)
    .then(actions[action])
    .then(
      (result) => ({ id, result }),
      (error) => ({ id, error: String(error.stack) }),
    );
  if (process.connected) process.send(answer);
});
