// Run by modules.test.js in a project of its own, on each Node.js version.

import { createRequire } from 'node:module';
import * as namespace from 'jsforce-connection-manager';
import {
  getAuthError,
  getConnection,
  JWTConnectionManager,
  SalesforceAuthError,
} from 'jsforce-connection-manager';
import { startLocalOrg } from 'jsforce-connection-manager/testing';

const require = createRequire(import.meta.url);
const required = require('jsforce-connection-manager');

const org = await startLocalOrg();
const connection = await getConnection(org.config);
const { records } = await connection.query('SELECT Id FROM Account LIMIT 1');
const own = await new required.JWTConnectionManager().getConnection(org.config);
const refused = await getConnection({ ...org.config, clientId: 'unknown' }).catch((error) => error);
await org.close();

console.log(
  JSON.stringify({
    names: Object.keys(namespace).sort(),
    sameManager: required.JWTConnectionManager === JWTConnectionManager,
    sameShared: required.JWTConnectionManager.getInstance() === JWTConnectionManager.getInstance(),
    sameError: refused instanceof required.SalesforceAuthError,
    sameTesting: require('jsforce-connection-manager/testing').startLocalOrg === startLocalOrg,
    found: getAuthError(refused) === refused && refused instanceof SalesforceAuthError,
    records: records.length,
    ownConnection: own !== connection && own instanceof require('jsforce').Connection,
    jsforce: require('jsforce').VERSION,
  }),
);
