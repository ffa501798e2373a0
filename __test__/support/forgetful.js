'use strict';

// A program that logs in by a refresh token, and forgets it. It is told its secrets as numbers, so
// that only the package has them in native memory.

const { SalesforceConnectionManager } = require('../..');

class Connection {
  constructor({ accessToken, instanceUrl }) {
    Object.assign(this, { accessToken, instanceUrl });
  }
}

let manager = new SalesforceConnectionManager({ Connection });

const configOf = ({ clientSecret, refreshToken, rotates, ...config }) => ({
  ...config,
  clientSecret: String.fromCharCode(...clientSecret),
  refreshToken: String.fromCharCode(...refreshToken),
  ...(rotates && { onRefreshToken: () => {} }),
});

const actions = {
  connect: async (config) => void (await manager.getConnection(configOf(config))),
  forget: async (config) => {
    manager.forgetRefreshToken(configOf(config));
    manager.clearAllConnections();
    manager = undefined;
  },
  collect: async () => {
    for (let time = 0; time < 8; time += 1) {
      global.gc();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  },
};

process.on('message', async ({ action, config }) => {
  const error = await actions[action](config).catch((caught) => caught);
  process.send({ error: error?.message });
});
