'use strict';

// Misspelt options: each is refused by its name, with the option that was meant.

const {
  ConfigurationError,
  JWTConnectionManager,
  SalesforceConnectionManager,
  authorizationRequest,
  redeemAuthorizationCode,
} = require('../..');
const { startOrg } = require('../support/orgs');
const { rejection, thrown } = require('../support/rejection');

let org;
/** @type {JWTConnectionManager} */
let manager;
beforeEach(async () => {
  org = await startOrg();
  manager = new JWTConnectionManager();
});

function expectRefusal(error, wrong, right) {
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(error).toMatchObject({ code: 'CONFIG_INVALID', option: wrong, attempts: 0 });
  expect(error.message).toMatch(new RegExp(` has no option ${wrong}: write ${right}\\.$`));
}

describe('fault 68: in the config of a JWT login', () => {
  test.each([
    ['tokenTTL', 'tokenTtl'],
    ['token_ttl', 'tokenTtl'],
    ['apiVersion', 'version'],
    ['verison', 'version'],
    ['userName', 'username'],
    ['usrename', 'username'],
    ['clientID', 'clientId'],
    ['client_id', 'clientId'],
    ['consumerKey', 'clientId'],
    ['privatekey', 'privateKey'],
    ['instanceURL', 'instanceUrl'],
    ['instance', undefined],
    ['loginURL', 'loginUrl'],
    ['loginUri', 'loginUrl'],
    ['audiance', 'audience'],
    ['maxRequest', 'connectionOptions'],
    ['connectionOption', 'connectionOptions'],
    ['tokenTtl\u202e', 'tokenTtl'],
  ])('%s', async (wrong, right) => {
    const config = { ...org.config, [wrong]: 'x' };
    if (right === undefined) {
      await expect(manager.getAccessToken(config)).resolves.toHaveProperty('accessToken');
      return;
    }
    for (const method of ['getConnection', 'getAccessToken']) {
      const error = await rejection(manager[method](config));
      expectRefusal(error, wrong.replace('\u202e', ''), right);
      expect(error.message).not.toContain('\u202e');
    }
    expect(manager.prewarm(config)).toBeUndefined();
    expect(org.stats().tokenRequests).toBe(0);
  });

  test('in the place of the right one it is told before the right one is missed', async () => {
    const { username, ...config } = org.config;
    const error = await rejection(manager.getConnection({ ...config, userName: username }));
    expectRefusal(error, 'userName', 'username');
  });
});

test('fault 68: fields of the user’s own, and inherited ones, are left alone', async () => {
  const own = { id: 7, name: 'acme', region: 'emea', session: 'x', stage: 'prod', orgId: '00D' };
  const inherited = Object.create({ tokenTTL: 60 });
  for (const config of [
    { ...org.config, ...own },
    Object.assign(inherited, org.config),
    Object.defineProperty({ ...org.config }, 'tokenTTL', { value: 60, enumerable: false }),
    { ...org.config, [Symbol('tokenTTL')]: 60 },
  ]) {
    await expect(manager.getAccessToken(config)).resolves.toHaveProperty('accessToken');
  }
  expect(org.stats().tokenRequests).toBe(1);
});

describe('fault 68: in the config of a login by refresh token', () => {
  test.each([
    ['rotatoin', 'rotation'],
    ['rotate', undefined],
    ['refresh_token', 'refreshToken'],
    ['refreshTokens', 'refreshToken'],
    ['onRefreshtoken', 'onRefreshToken'],
    ['onRefresh', undefined],
    ['keepTimeOut', 'keepTimeout'],
    ['consumerSecret', 'clientSecret'],
    ['callbackUrl', 'redirectUri'],
    ['redirectUrl', 'redirectUri'],
    ['username', undefined],
  ])('%s', async (wrong, right) => {
    const own = new SalesforceConnectionManager();
    const config = { ...org.oauth, [wrong]: 'x' };
    if (right === undefined) {
      await expect(own.getConnection(config)).resolves.toHaveProperty('accessToken');
      return;
    }
    expectRefusal(await rejection(own.getConnection(config)), wrong, right);
    expectRefusal(await rejection(own.getConnection(config, undefined, 'key')), wrong, right);
    expectRefusal(
      thrown(() => own.forgetRefreshToken(config)),
      wrong,
      right,
    );
    expectRefusal(
      thrown(() => authorizationRequest(config)),
      wrong,
      right,
    );
    expect(org.stats().tokenRequests).toBe(0);
  });
});

describe('fault 68: in the options of a call', () => {
  test.each([
    ['Signal', 'signal'],
    ['signals', 'signal'],
    ['abortSignal', 'signal'],
    ['timeout', 'deadline'],
    ['deadLine', 'deadline'],
    ['contxt', 'context'],
    ['Fresh', 'fresh'],
  ])('%s, on a warm call too', async (wrong, right) => {
    await manager.getConnection(org.config);
    for (const method of ['getConnection', 'getAccessToken']) {
      const error = await rejection(manager[method](org.config, { [wrong]: 1 }));
      expectRefusal(error, wrong, right);
    }
  });

  test.each([
    ['the context of a Lambda', 'context', { getRemainingTimeInMillis: () => 5_000 }],
    ['an AbortSignal', 'signal', new AbortController().signal],
  ])('%s in their place', async (_, name, options) => {
    for (const method of ['getConnection', 'getAccessToken']) {
      const error = await rejection(manager[method](org.config, options));
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', option: 'options', attempts: 0 });
      expect(error.message).toMatch(new RegExp(`: pass \\{ ${name} \\}\\.$`));
      expect(await manager[method](org.config, { [name]: options })).toBeDefined();
    }
  });
});

describe('fault 68: in the options of a manager', () => {
  test.each([
    ['connection', 'Connection'],
    ['allowedInstanceHost', 'allowedInstanceHosts'],
    ['CA', 'ca'],
    ['capcity', 'capacity'],
    ['connectionOption', 'connectionOptions'],
  ])('%s', (wrong, right) => {
    for (const Manager of [JWTConnectionManager, SalesforceConnectionManager]) {
      expectRefusal(
        thrown(() => new Manager({ [wrong]: 1 })),
        wrong,
        right,
      );
    }
  });

  test('connectionTTL', () => {
    expectRefusal(
      thrown(() => new SalesforceConnectionManager({ connectionTTL: 60 })),
      'connectionTTL',
      'connectionTtl',
    );
    expect(new SalesforceConnectionManager({ connectionTtl: 60 })).toBeDefined();
  });

  test('a config in their place', () => {
    for (const [Manager, config] of [
      [JWTConnectionManager, org.config],
      [SalesforceConnectionManager, org.oauth],
    ]) {
      const error = thrown(() => new Manager(config));
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', option: 'clientId' });
      expect(error.message).toContain('pass the config to getConnection');
    }
  });
});

describe('fault 68: at the login page', () => {
  const app = { clientId: 'x', redirectUri: 'https://app.test/' };

  test.each([
    ['scopes', 'scope'],
    ['login_hint', 'loginHint'],
    ['State', 'state'],
    ['promt', 'prompt'],
  ])('%s', (wrong, right) => {
    expectRefusal(
      thrown(() => authorizationRequest(app, { [wrong]: 'x' })),
      wrong,
      right,
    );
  });

  test('code_verifier', async () => {
    const error = await rejection(redeemAuthorizationCode(app, { code: 'x', code_verifier: 'y' }));
    expectRefusal(error, 'code_verifier', 'codeVerifier');
  });
});

test.each([
  ['oauth-eror', 'oauth-error'],
  ['oauthError', 'oauth-error'],
  ['rate-limit', 'rate-limited'],
  ['Hang', 'hang'],
  ['session-reject', 'session-rejected'],
  ['constructor', undefined],
  [undefined, undefined],
])('fault 68: inject knows no kind %s', (kind, nearest) => {
  const error = thrown(() => org.inject({ kind }));
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({ code: 'CONFIG_INVALID', option: 'kind' });
  if (nearest !== undefined) expect(error.message).toContain(`'${nearest}'`);
});
