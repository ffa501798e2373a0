'use strict';

// As the typings have it, for values out of `process.env`.

const {
  JWTConnectionManager,
  SalesforceConnectionManager,
  authorizationRequest,
} = require('../..');
const { startOrg } = require('../support/orgs');

const undefinedFor = (...names) => Object.fromEntries(names.map((name) => [name, undefined]));

const CALL = undefinedFor('signal', 'deadline', 'context', 'fresh');
const MANAGER = undefinedFor('Connection', 'allowedInstanceHosts', 'ca', 'capacity');
const TOKEN = undefinedFor('tokenTtl', 'tokenBuffer', 'version');
const JWT = undefinedFor('loginUrl', 'audience');
const OAUTH = undefinedFor(
  ...['redirectUri', 'instanceUrl', 'privateKey', 'clientAuthentication', 'rotation'],
  ...['onRefreshToken', 'keepTimeout'],
);

describe('an option that is undefined counts as left out', () => {
  test('JWTConnectionManager', async () => {
    const { config } = await startOrg();
    const manager = new JWTConnectionManager(MANAGER);
    const connection = await manager.getConnection(config);
    const same = await manager.getConnection({ ...JWT, ...config, ...TOKEN }, CALL);
    expect(same).toBe(connection);
    expect(manager.getCacheStats()).toMatchObject({ total: 1, requests: 1 });
  });

  test('SalesforceConnectionManager', async () => {
    const { oauth } = await startOrg();
    const options = { ...MANAGER, connectionTtl: undefined };
    const manager = new SalesforceConnectionManager(options);
    const connection = await manager.getConnection(oauth);
    const config = { ...OAUTH, ...TOKEN, ...oauth };
    expect(await manager.getConnection(config, undefined, undefined, CALL)).toBe(connection);
    expect(manager.getCacheStats()).toMatchObject({ total: 1, requests: 1 });
  });

  test('authorizationRequest', () => {
    const config = { clientId: 'app', redirectUri: 'http://localhost:1717/' };
    const options = undefinedFor('scope', 'state', 'prompt', 'loginHint');
    const { searchParams } = new URL(authorizationRequest(config, options).url);
    const { searchParams: without } = new URL(authorizationRequest(config).url);
    expect([...searchParams.keys()]).toEqual([...without.keys()]);
    expect(searchParams.get('state')).not.toBe('undefined');
  });
});
