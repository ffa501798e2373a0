'use strict';

// The main module of every program: runs the actions that its argument exports, when asked.

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
