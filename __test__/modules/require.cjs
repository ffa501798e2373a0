'use strict';

// Run by modules.test.js in a project of its own, on each Node.js version.

const { getConnection, getAuthError, JWTConnectionManager } = require('jsforce-connection-manager');
const { startLocalOrg } = require('jsforce-connection-manager/testing');

async function main() {
  const imported = await import('jsforce-connection-manager');
  const org = await startLocalOrg();
  const connection = await getConnection(org.config);
  const { records } = await connection.query('SELECT Id FROM Account LIMIT 1');
  const failed = await connection.query('SELECT nothing').catch((error) => error);
  await org.close();

  console.log(
    JSON.stringify({
      names: Object.keys(require('jsforce-connection-manager')).sort(),
      sameManager: imported.JWTConnectionManager === JWTConnectionManager,
      sameFunction: imported.getConnection === getConnection,
      default: imported.default === require('jsforce-connection-manager'),
      records: records.length,
      failed: failed.errorCode,
      foreign: getAuthError(failed) !== undefined,
    }),
  );
}

main();
