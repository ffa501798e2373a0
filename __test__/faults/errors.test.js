'use strict';

const {
  ConfigurationError,
  JWTConnectionManager,
  SalesforceAuthError,
  getAuthError,
} = require('../..');
const { startOrg } = require('../support/orgs');
const { rejection } = require('../support/rejection');
const { ATTEMPTS, PASSING, TOKEN_ERRORS } = require('../support/token-errors');

const QUERY = 'SELECT Id FROM Account LIMIT 1';

/** @type {JWTConnectionManager} */
let manager;
beforeEach(() => {
  manager = new JWTConnectionManager();
});

describe('an OAuth error of the token endpoint', () => {
  test.each(TOKEN_ERRORS)('%s: %s is %s', async (error, errorDescription, code) => {
    const org = await startOrg();
    org.inject({ kind: 'oauth-error', error, errorDescription });
    // An explicit audience is the only one that is tried.
    const config = { ...org.config, audience: org.url };

    const caught = await rejection(manager.getAccessToken(config));

    expect(caught).toBeInstanceOf(SalesforceAuthError);
    expect(caught).not.toBeInstanceOf(ConfigurationError);
    expect(caught).toMatchObject({
      name: 'SalesforceAuthError',
      code,
      retryable: PASSING.includes(code),
      attempts: ATTEMPTS[code] ?? 1,
      status: 400,
      error,
      hint: expect.stringMatching(/^[A-Z].{20,}\.$/s),
    });
    expect(caught.errorDescription).toBe(errorDescription);
    expect(caught.message.startsWith(`[${code}] `)).toBe(true);
    expect(caught.message.endsWith(caught.hint)).toBe(true);
    expect(caught.message).toContain(errorDescription ?? error);
    expect(org.stats().tokenRequests).toBe(caught.attempts);
    expect(manager.getCacheStats()).toMatchObject({ total: 0, mints: 0, failures: 1 });
  });

  test('fault 11: is read under status 200 too', async () => {
    const org = await startOrg();
    org.inject({ kind: 'error-in-200', error: 'inactive_org', errorDescription: 'Org is locked' });
    const caught = await rejection(manager.getAccessToken(org.config));
    expect(caught).toMatchObject({ code: 'ORG_INACTIVE', status: 200, error: 'inactive_org' });
  });

  test('names both audiences when neither was right', async () => {
    const org = await startOrg({ audiences: ['https://nobody.example.com'], app: 'connected-app' });
    const caught = await rejection(manager.getAccessToken(org.config));
    expect(caught).toMatchObject({ code: 'AUDIENCE_INVALID', attempts: 2 });
    expect(caught.message).toContain(org.url);
    expect(caught.message).toContain('https://login.salesforce.com');
  });

  test('that passes within the call is not seen at all', async () => {
    const org = await startOrg();
    org.inject({ kind: 'oauth-error', status: 500, error: 'unknown_error' }, { times: 2 });
    await manager.getAccessToken(org.config);
    expect(org.stats().tokenRequests).toBe(3);
    expect(manager.getCacheStats()).toMatchObject({ requests: 3, mints: 1, failures: 0 });
  });

  test.each(['getConnection', 'getAccessToken'])(
    'meets 200 concurrent callers of %s alike, for one request',
    async (method) => {
      const org = await startOrg({ delay: 50 });
      org.inject({
        kind: 'oauth-error',
        error: 'invalid_grant',
        errorDescription: 'ip restricted',
      });
      const calls = Array.from({ length: 200 }, () => rejection(manager[method](org.config)));
      const errors = await Promise.all(calls);
      expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['IP_RESTRICTED']));
      expect(new Set(errors).size).toBe(200); // each caller’s own, with its own stack
      expect(org.stats().tokenRequests).toBe(1);
    },
  );
});

describe('an error', () => {
  test('has a stack that leads to the caller', async () => {
    const org = await startOrg();
    org.inject({ kind: 'oauth-error', error: 'inactive_org' });
    async function namedCaller() {
      await manager.getConnection(org.config);
    }
    expect((await rejection(namedCaller())).stack).toContain('namedCaller');
  });

  test('of the configuration is a class of its own', async () => {
    const caught = await rejection(manager.getConnection({}));
    expect(caught).toBeInstanceOf(ConfigurationError);
    expect(caught).toBeInstanceOf(SalesforceAuthError);
    expect(caught).toBeInstanceOf(Error);
    expect(caught.name).toBe('ConfigurationError');
    expect(String(caught)).toMatch(/^ConfigurationError: \[CONFIG_INVALID\] /);
  });
});

describe('getAuthError', () => {
  /** Connections whose token is revoked and whose user is no longer active. */
  async function lockedOut(managers = [manager]) {
    const org = await startOrg();
    const connections = managers.map((each) => each.getConnection(org.config));
    await Promise.all(connections);
    org.inject({ kind: 'oauth-error', error: 'invalid_grant', errorDescription: 'inactive user' });
    org.revokeAll();
    return Promise.all(connections);
  }

  test('finds the error in jsforce’s wrapper, with or without the Connection', async () => {
    const [connection] = await lockedOut();
    const wrapper = await rejection(connection.query(QUERY));
    expect(wrapper).not.toBeInstanceOf(SalesforceAuthError);
    const found = getAuthError(wrapper, connection);
    expect(found).toBeInstanceOf(SalesforceAuthError);
    expect(found).toMatchObject({
      code: 'USER_INACTIVE',
      status: 400,
      error: 'invalid_grant',
      errorDescription: 'inactive user',
      attempts: 1,
    });
    expect(found.stack).toContain('session-refresh');
    expect(getAuthError(wrapper)).toBe(found);
    expect(getAuthError(wrapper, {})).toBe(found);
    expect(getAuthError(new Error('no access'), connection)).toBeUndefined();
  });

  test('remembers the last hundred for callers without the Connection', async () => {
    const org = await startOrg();
    const connections = await Promise.all(
      // Each life is a login of its own.
      Array.from({ length: 101 }, (_, index) =>
        manager.getConnection({ ...org.config, tokenTtl: 600 + index }),
      ),
    );
    org.revokeAll();
    const wrappers = [];
    for (const [index, connection] of connections.entries()) {
      const errorDescription = `inactive user ${index}`;
      const end = org.inject({ kind: 'oauth-error', error: 'invalid_grant', errorDescription });
      wrappers.push(await rejection(connection.query(QUERY)));
      end();
    }
    const isRemembered = wrappers.map(
      (wrapper, index) => getAuthError(wrapper) === getAuthError(wrapper, connections[index]),
    );
    expect(isRemembered).toEqual([false, ...Array(100).fill(true)]);
  });

  test('finds it for requests that waited for the renewal of another, and get it bare', async () => {
    const [connection] = await lockedOut();
    const asked = Array.from({ length: 5 }, () => rejection(connection.query(QUERY)));
    const caught = await Promise.all(asked);
    const bare = caught.filter((error) => error instanceof SalesforceAuthError);
    expect(bare.length).toBeGreaterThan(0);
    expect(bare.length).toBeLessThan(5);
    for (const error of caught) {
      expect(getAuthError(error, connection)).toMatchObject({ code: 'USER_INACTIVE', status: 400 });
    }
    expect(getAuthError(bare[0])).toBe(bare[0]);
  });

  test('gives each Connection its own error, even if both say the same', async () => {
    const [one, two] = await lockedOut([manager, new JWTConnectionManager()]);
    const first = await rejection(one.query(QUERY));
    const second = await rejection(two.query(QUERY));
    expect(first.message).toBe(second.message);
    expect(getAuthError(first, one)).not.toBe(getAuthError(second, two));
  });

  test('rebuilds it where nothing but the message is left', () => {
    const message = '[APP_BLOCKED] Seen in another thread.';
    for (const text of [message, `Unable to refresh session due to: ${message}`]) {
      const found = getAuthError(new Error(text));
      expect(found).toBeInstanceOf(SalesforceAuthError);
      expect(found).toMatchObject({ code: 'APP_BLOCKED', retryable: false, message });
    }
    const invalid = getAuthError(new Error('[CONFIG_INVALID] Wrong.'));
    expect(invalid).toBeInstanceOf(ConfigurationError);
  });

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a string', '[APP_BLOCKED] text'],
    ['an error of the API', Object.assign(new Error('no access'), { errorCode: 'X' })],
    ['a message with an unknown code', new Error('[NO_SUCH_CODE] text')],
    ['a message that only mentions a code', new Error('it said [APP_BLOCKED] text')],
    ['a message that is no string', { message: 7 }],
    ['a message that only reads like one', { message: ['[APP_BLOCKED] text'] }],
    ['an object without prototype', Object.create(null)],
  ])('knows nothing of %s', (_, error) => {
    expect(getAuthError(error)).toBeUndefined();
    expect(getAuthError(error, {})).toBeUndefined();
  });
});
