'use strict';

// Somebody has put names of options on `Object.prototype`. That is no option of anybody's.

const pkg = require('../..');
const { startOrg } = require('../support/orgs');
const { rejection } = require('../support/rejection');
const { startTokenHost } = require('../support/token-host');

const { JWTConnectionManager, SalesforceConnectionManager } = pkg;
const polluted = new Set();

// Its modules cannot be loaded with such a prototype.
beforeAll(() => void require('jsforce'));

/** Puts properties on `Object.prototype` for the rest of a test. */
function pollute(properties) {
  for (const [name, value] of Object.entries(properties)) {
    const property = { value, configurable: true, writable: true, enumerable: true };
    Object.defineProperty(Object.prototype, name, property);
    polluted.add(name);
  }
}

afterEach(() => {
  for (const name of polluted) delete Object.prototype[name];
  polluted.clear();
});

/** A host that no request should reach. */
const startStranger = () => startTokenHost(() => ({ access_token: 'x' }));

describe('fault 81: options on Object.prototype', () => {
  test('are no options of a JWT login', async () => {
    const [org, stranger] = [await startOrg(), await startStranger()];
    pollute({
      loginUrl: stranger.url,
      audience: stranger.url,
      tokenTtl: 40,
      tokenBuffer: 5,
      version: '60.0',
      deadline: 1,
      signal: AbortSignal.abort(),
      fresh: true,
      rejectedToken: 'x',
      context: {},
    });
    const manager = new JWTConnectionManager();
    const asked = Date.now();
    const connection = await manager.getConnection(org.config, {});
    expect(connection.version).toBe(pkg.DEFAULT_API_VERSION);
    const { expiresAt } = await manager.getAccessToken(org.config, {});
    expect(Math.floor((expiresAt - asked) / 1000)).toBe(150);
    // Not even the warm way, which compares the fields as they are given.
    for (const options of [undefined, {}]) {
      expect(await manager.getConnection(org.config, options)).toBe(connection);
    }
    expect([stranger.forms.length, org.stats().tokenRequests]).toEqual([0, 1]);
  });

  test('do not fill in what is missing', async () => {
    const { config } = await startOrg();
    pollute({ privateKey: config.privateKey, username: config.username });
    const { privateKey, username, ...rest } = config;
    const error = await rejection(new JWTConnectionManager().getAccessToken(rest));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', option: 'privateKey, username' });
  });

  test('are no options of a login by refresh token', async () => {
    const [org, stranger] = [await startOrg(), await startStranger()];
    const { clientId, clientSecret, refreshToken } = org.oauth;
    const config = { clientId, clientSecret, refreshToken, loginUrl: org.url };
    const onRefreshToken = jest.fn();
    pollute({
      instanceUrl: stranger.url,
      privateKey: 'x',
      clientAuthentication: 'basic',
      onRefreshToken,
      rotation: true,
      keepTimeout: 'x',
      version: '60.0',
      cacheKey: 7,
    });
    const connection = await new SalesforceConnectionManager().getConnection(config);
    expect(connection.version).toBe(pkg.DEFAULT_API_VERSION);
    expect(onRefreshToken).not.toHaveBeenCalled();
    expect(stranger.forms).toHaveLength(0);
  });

  test('are no options of a manager, nor of jsforce', async () => {
    const [org, stranger] = [await startOrg(), await startStranger()];
    pollute({
      Connection: 'x',
      ca: 'x',
      capacity: 'x',
      allowedInstanceHosts: 'x',
      connectionTtl: 'x',
      proxyUrl: `${stranger.url}/`,
      httpProxy: stranger.url,
      serverUrl: stranger.url,
      sessionId: 'x',
    });
    const connection = await new JWTConnectionManager({}).getConnection(org.config);
    expect(connection).toMatchObject({ instanceUrl: org.instanceUrl });
    expect(new SalesforceConnectionManager({})).toBeDefined();
    expect(await connection.query('SELECT Id FROM Account LIMIT 1')).toHaveProperty('totalSize', 1);
    expect(stranger.forms).toHaveLength(0);
  });

  test('are no options of an authorization request', () => {
    pollute({ loginUrl: 'https://evil.example', scope: 'full', state: 'known', prompt: 'none' });
    const redirectUri = 'https://app.example/callback';
    const { url, state } = pkg.authorizationRequest({ clientId: 'x', redirectUri }, {});
    const { origin, searchParams } = new URL(url);
    expect(origin).toBe('https://login.salesforce.com');
    expect([searchParams.has('scope'), searchParams.has('prompt')]).toEqual([false, false]);
    expect(state).toHaveLength(43);
  });

  test('do not hide what an object has itself, or from a class of its own', async () => {
    const org = await startOrg();
    const { config } = org;
    pollute({ username: 'x', loginUrl: 'https://evil.example', tokenTtl: 40 });
    class Config {
      #reads = 0;
      get username() {
        return config.username;
      }
      get loginUrl() {
        this.#reads += 1;
        // Read a second time, it would be another one.
        return this.#reads > 2 ? 'https://evil.example' : org.url;
      }
    }
    const { username, loginUrl, ...rest } = config;
    const asked = Date.now();
    const own = Object.assign(new Config(), rest, { tokenTtl: 100 });
    const { expiresAt } = await new JWTConnectionManager().getAccessToken(own);
    expect(Math.floor((expiresAt - asked) / 1000)).toBe(70);
    const bare = Object.assign(Object.create(null), config);
    await new JWTConnectionManager().getAccessToken(bare);
    expect(org.stats().tokenRequests).toBe(2);
  });
});
