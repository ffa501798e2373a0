'use strict';

const { JWTConnectionManager, getAuthError } = require('../..');
const { plant, secretsIn, shown } = require('../../support/canaries');
const { runChild } = require('../support/child');
const { startOrg } = require('../support/orgs');
const { rejection, thrown } = require('../support/rejection');
const { PROMPT, named } = require('../support/token-faults');
const { startTokenHost } = require('../support/token-host');

const QUERY = 'SELECT Id FROM Account LIMIT 1';

/** @type {JWTConnectionManager} */
let manager;
beforeEach(() => {
  manager = new JWTConnectionManager();
});

describe('the search', () => {
  const secret = 'qwertyuiop/asdfghjkl+zxcvbnm';
  beforeAll(() => plant('the canary', secret));

  /** Each place from which a secret may come out, given a piece of it. */
  const places = {
    message: (piece) => new Error(`no ${piece}!`),
    stack: (piece) => Object.assign(new Error('x'), { stack: `at ${piece}` }),
    cause: (piece) => new Error('x', { cause: { deep: { deeper: [`…${piece}…`] } } }),
    'cause of a cause': (piece) => new Error('x', { cause: new Error('y', { cause: piece }) }),
    'hidden property': (piece) =>
      Object.defineProperty(new Error('x'), 'hidden', { value: piece, enumerable: false }),
    symbol: (piece) => Object.assign(new Error('x'), { [Symbol('s')]: { piece } }),
    'name of a property': (piece) => Object.assign(new Error('x'), { [piece]: 1 }),
    toJSON: (piece) => Object.assign(new Error('x'), { toJSON: () => piece }),
    toString: (piece) => Object.assign(new Error('x'), { toString: () => piece }),
    'list of errors': (piece) => new AggregateError([new Error(piece)], 'x'),
  };

  test.each(Object.keys(places))('finds a piece in the %s', (place) => {
    const error = places[place](secret.slice(5, 21));
    expect(secretsIn(shown(error))).toEqual(['the canary']);
    expect(secretsIn(shown(places[place](secret.slice(5, 20))))).toEqual([]);
  });

  test.each([
    ['base64', (text) => Buffer.from(`key=${text};`).toString('base64')],
    ['base64url', (text) => Buffer.from(`?${text}`).toString('base64url')],
    ['percent-encoding', (text) => encodeURIComponent(`a b ${text}`)],
  ])('finds it in %s', (_, spell) => {
    expect(secretsIn(spell(secret))).toEqual(['the canary']);
  });

  test('knows tokens and assertions by their looks', () => {
    expect(secretsIn('Bearer 00D000000000001!AQ')).toEqual(['an access token']);
    expect(secretsIn('eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0')).toEqual(['an assertion']);
  });

  test('goes over every error that a test catches, and all that a child prints or reports', async () => {
    const planted = new Error(secret);
    await expect(rejection(Promise.reject(planted))).rejects.toThrow('this shows the canary');
    expect(() =>
      thrown(() => {
        throw planted;
      }),
    ).toThrow('this shows the canary');
    for (const program of ['console.error(input)', 'report([input])']) {
      const child = runChild(program, { input: secret });
      await expect(child).rejects.toThrow('this shows the canary');
    }
  });
});

describe('fault 12: a token endpoint that repeats what it is sent', () => {
  /** Answers, given the assertion and the whole form. */
  const answers = {
    'in a page': (assertion) => ({ status: 500, json: `<html>${assertion}</html>` }),
    'in error': (assertion) => ({ status: 400, error: assertion }),
    'in error_description': (assertion) => ({
      status: 400,
      error: 'invalid_grant',
      error_description: `bad assertion ${assertion} (${assertion}), "${assertion}"`,
    }),
    'in error_description, as the whole form': (_, body) => ({
      status: 400,
      error: 'invalid_request',
      error_description: body,
    }),
    'as the instance URL': (assertion) => ({
      access_token: 'token',
      instance_url: `https://${assertion.slice(0, 40)}.example.com/${assertion}`,
    }),
    'as identity and scope of a refused answer': (assertion) => ({
      access_token: 'token with spaces',
      instance_url: 'https://acme.my.salesforce.com',
      id: assertion,
      scope: assertion,
    }),
  };

  test.each(Object.keys(answers))('%s', async (where) => {
    const org = await startOrg();
    const host = await startTokenHost((form, body) => answers[where](form.get('assertion'), body));
    const config = { ...org.config, instanceUrl: host.url, audience: org.url };
    const errors = [
      await rejection(manager.getAccessToken(config)),
      await rejection(manager.getConnection(config)),
    ];
    expect(host.forms[0].get('assertion')).toMatch(/^[\w-]{20,}\.[\w-]{100,}\.[\w-]{300,}$/);
    for (const error of errors) {
      // `rejection` has searched it already; the assertions are planted as they arrive.
      expect(secretsIn(shown(error))).toEqual([]);
      expect(error.errorDescription?.length ?? 0).toBeLessThanOrEqual(200);
    }
  });
});

describe('over a run of failures', () => {
  let org;
  let connection;
  beforeEach(async () => {
    org = await startOrg();
    connection = await manager.getConnection(org.config);
    plant('an access token', connection.accessToken);
  });
  const expectNothingShown = (errors) => {
    for (const error of errors) expect(secretsIn(shown(error))).toEqual([]);
  };

  test.each(named(PROMPT))('no error shows key or token: %s', async (_, { fault }) => {
    const mend = org.inject(fault);
    org.revokeAll();
    const wrapper = await rejection(connection.query(QUERY));
    const found = getAuthError(wrapper, connection);
    expect(found).toBeDefined();
    expectNothingShown([wrapper, found, await rejection(manager.getAccessToken(org.config))]);
    mend();
    manager.clearAllTokens(); // and what is remembered of the refusal
    await connection.query(QUERY);
    // These two hold the token on purpose.
    for (const holder of [connection, await manager.getAccessToken(org.config)]) {
      expect(secretsIn(shown(holder))).not.toContain('the private key');
    }
    expectNothingShown([manager]);
  });

  test.each(['same', 'new'])('no error shows key or token: 401 to the %s token', async (tokens) => {
    org.inject({ kind: 'session-rejected', tokens });
    expectNothingShown([await rejection(connection.query(QUERY))]);
  });

  test('no error about config or options shows key or token', async () => {
    const { config } = org;
    const { privateKey } = config;
    const calls = [
      [config, { signal: AbortSignal.abort() }],
      [{ ...config, tokenTtl: 99 }, { deadline: 0 }],
      [{ ...config, username: undefined }],
      [{ ...config, instanceUrl: privateKey }],
      [{ ...config, clientId: privateKey }],
      [{ ...config, version: privateKey }],
      [{ ...config, privateKey: Buffer.from(privateKey) }],
    ];
    for (const call of calls) {
      expectNothingShown([await rejection(manager.getAccessToken(...call))]);
    }
  });

  test('the user name and the consumer key of a config are not repeated by its errors', async () => {
    org.inject({ kind: 'oauth-error', error: 'invalid_client_id' });
    const other = { ...org.config, tokenTtl: 99 };
    const text = shown(await rejection(manager.getAccessToken(other)));
    expect(text).not.toContain(org.config.clientId);
    expect(text).not.toContain(org.config.username);
  });
});

test('what is printed on the console while all this happens: nothing', async () => {
  const org = await startOrg();
  org.inject({ kind: 'echo-request' }, { times: 3 });
  const program = `
    const { getConnection } = load();
    const error = await getConnection(input).catch((error) => error);
    await getConnection(input);
    report(error.code);`;
  const env = { RUST_LOG: 'trace', RUST_BACKTRACE: '1', NODE_DEBUG: '' };
  const { code, reports, stderr } = await runChild(program, { input: org.config, env });
  expect({ code, reports, stderr }).toEqual({
    code: 0,
    reports: ['SERVER_UNAVAILABLE'],
    stderr: '',
  });
});
