'use strict';

const { runChild } = require('../support/child');
const { stage } = require('./support');

// The snippets of the documents that this manager follows, word for word but for the import and the
// login host, in a process that was just started.

const PROGRAM = `
  const { SalesforceConnectionManager } = load();

  const config = {
    clientId: process.env.SF_CLIENT_ID,
    clientSecret: process.env.SF_CLIENT_SECRET,
    redirectUri: process.env.SF_REDIRECT_URI,
    refreshToken: process.env.SF_REFRESH_TOKEN
  };
  if (input.loginUrl) config.loginUrl = input.loginUrl;

  const connectionManager = SalesforceConnectionManager.getInstance();
  const connection = await connectionManager.getConnection(config, config.refreshToken);

  // Use the connection
  const result = await connection.query('SELECT Id, Name FROM Account LIMIT 10');
  report(result.records.length);

  const { refreshToken } = config;
  // Use different cache keys for different orgs
  const prodConnection = await connectionManager.getConnection(config, refreshToken, 'prod');
  const sandboxConnection = await connectionManager.getConnection(config, refreshToken, 'sandbox');
  report(prodConnection !== sandboxConnection);

  // Get cache statistics
  const stats = connectionManager.getCacheStats();
  report(\`Total: \${stats.total}, Valid: \${stats.valid}, Expired: \${stats.expired}\`);

  // Clear expired connections
  connectionManager.clearExpiredConnections();

  // Clear all connections
  connectionManager.clearAllConnections();
`;

test('the documented snippets run, in one process, for one request', async () => {
  const { org, config } = await stage({ rotation: false });
  const env = {
    SF_CLIENT_ID: config.clientId,
    SF_CLIENT_SECRET: config.clientSecret,
    SF_REDIRECT_URI: config.redirectUri,
    SF_REFRESH_TOKEN: config.refreshToken,
  };
  const input = { loginUrl: config.loginUrl };
  const { code, stderr, reports } = await runChild(PROGRAM, { input, env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(reports).toEqual([10, true, 'Total: 3, Valid: 3, Expired: 0']);
  expect(org.stats()).toMatchObject({ tokenRequests: 1, rejected401: 0 });
});
