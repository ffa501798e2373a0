'use strict';

const { createPublicKey, generateKeyPairSync, sign } = require('node:crypto');
const { startLocalOrg } = require('../../testing');
const { JWT_BEARER, assertionFor, requestToken, login, now, post, refusal } = require('./peer');

const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

let org;
afterEach(() => org.close());

const publicKeyOf = ({ config }) =>
  createPublicKey(config.privateKey).export({ type: 'spki', format: 'pem' });

describe('a granted login', () => {
  test('is answered with the fields Salesforce documents, and no others', async () => {
    org = await startLocalOrg();
    const response = await requestToken(org);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(Date.parse(response.headers.get('date'))).toBeGreaterThan(Date.now() - 5_000);
    expect(await response.json()).toEqual({
      access_token: expect.stringMatching(/^00D\w{12}![\w.]{90,}$/),
      scope: 'api',
      instance_url: org.instanceUrl,
      id: expect.stringMatching(/\/id\/00D\w{15}\/005\w{15}$/),
      token_type: 'Bearer',
    });
  });

  test('names an API host that is not the token host', async () => {
    org = await startLocalOrg();
    const { id, instance_url } = await login(org);
    expect(new URL(id).origin).toBe(org.url);
    expect(new URL(instance_url).port).not.toBe(new URL(org.url).port);
  });

  test('brings the token that is already out, for the same app and user only', async () => {
    org = await startLocalOrg();
    const app = { publicKey: publicKeyOf(org), users: [org.config.username, 'other@example.com'] };
    org.register({ clientId: 'other', ...app });
    const first = await login(org);
    const again = await login(org);
    const otherApp = await login(org, { iss: 'other' });
    const otherUser = await login(org, { iss: 'other', sub: 'other@example.com' });
    expect(again.access_token).toBe(first.access_token);
    expect(new Set([first, otherApp, otherUser].map((each) => each.access_token)).size).toBe(3);
    expect(otherApp.id).toBe(first.id);
    expect(otherUser.id).not.toBe(first.id);
  });

  test('goes to the user in prn, if the assertion has one', async () => {
    org = await startLocalOrg();
    await login(org, { sub: 'nobody@example.com', prn: org.config.username });
    expect(org.stats().logins).toEqual({ [org.config.username]: 1 });
  });
});

/** Each breaks one rule of a login that would be granted, in the order of Salesforce's checks. */
const RULES = [
  {
    rule: 'client id',
    answer: ['invalid_client_id', 'client identifier invalid'],
    break: ({ claims }) => (claims.iss = 'nobody'),
  },
  {
    rule: 'grant enabled',
    answer: ['unsupported_grant_type', 'grant type not supported'],
    break: ({ app }) => (app.grants = ['refresh_token']),
  },
  {
    rule: 'signature',
    answer: ['invalid_grant', 'invalid assertion'],
    break: ({ signer }) => (signer.privateKey = otherKey),
  },
  {
    rule: 'audience',
    answer: ['app_not_found', 'External client app is not installed in this org'],
    break: ({ claims }) => (claims.aud = 'https://example.com'),
  },
  {
    rule: 'expiry',
    answer: ['invalid_grant', 'expired authorization code'],
    break: ({ claims }) => (claims.exp = now() - 182),
  },
  {
    rule: 'jti',
    answer: ['bad_jti_claim', 'jti was used before'],
    break: ({ claims }) => (claims.jti = 'once'),
  },
  {
    rule: 'known user',
    answer: ['invalid_grant', "user hasn't approved this consumer"],
    break: ({ claims }) => (claims.sub = 'nobody@example.com'),
  },
  {
    rule: 'active user',
    answer: ['invalid_grant', 'inactive user'],
    break: ({ user }) => (user.active = false),
  },
  {
    rule: 'approval',
    answer: ['invalid_app_access', 'user is not admin approved to access this app'],
    break: ({ user }) => (user.approved = false),
  },
  {
    rule: 'address',
    answer: ['invalid_grant', 'ip restricted'],
    break: ({ user }) => (user.ipAllowed = false),
  },
  {
    rule: 'login limit',
    answer: ['invalid_grant', 'login rate exceeded'],
    break: ({ options }) => (options.loginLimit = 1),
  },
  {
    rule: 'org state',
    answer: ['inactive_org', 'Org is locked, closed, or suspended'],
    break: ({ faults }) => faults.push({ kind: 'inactive-org' }),
  },
];

/** A second login, with these rules broken; the first one was granted and had the jti `once`. */
async function loginBreaking(rules) {
  const attempt = { options: {}, app: {}, user: {}, claims: {}, signer: {}, faults: [] };
  for (const rule of rules) rule.break(attempt);
  org = await startLocalOrg(attempt.options);
  await login(org, { jti: 'once' });

  const { clientId, username } = org.config;
  const users = [{ username, ...attempt.user }];
  org.register({ clientId, publicKey: publicKeyOf(org), users, ...attempt.app });
  for (const fault of attempt.faults) org.inject(fault);
  return requestToken(org, assertionFor(org, attempt.claims, attempt.signer));
}

describe('a login is refused', () => {
  test.each(RULES)('for its $rule', async (rule) => {
    const [error, description] = rule.answer;
    const response = await loginBreaking([rule]);
    expect(await refusal(response)).toEqual({ status: 400, error, description });
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test.each(RULES)('for its $rule before anything that is checked later', async (rule) => {
    const [error, description] = rule.answer;
    const response = await loginBreaking(RULES.slice(RULES.indexOf(rule)));
    expect(await refusal(response)).toEqual({ status: 400, error, description });
  });

  test('unless no rule is broken', async () => {
    expect((await loginBreaking([])).status).toBe(200);
  });
});

describe('the assertion', () => {
  const INVALID = { status: 400, error: 'invalid_grant', description: 'invalid assertion' };

  test.each(['RS384', 'RS512', 'PS256'])('signed with %s is refused', async (algorithm) => {
    org = await startLocalOrg();
    const response = await requestToken(org, assertionFor(org, {}, { algorithm }));
    expect(await refusal(response)).toEqual(INVALID);
  });

  test('signed with RS256 is refused if its header names another algorithm', async () => {
    org = await startLocalOrg();
    const [, claims] = assertionFor(org).split('.');
    const header = Buffer.from('{"alg":"RS512"}').toString('base64url');
    const signature = sign('RSA-SHA256', Buffer.from(`${header}.${claims}`), org.config.privateKey);
    const response = await requestToken(
      org,
      `${header}.${claims}.${signature.toString('base64url')}`,
    );
    expect(await refusal(response)).toEqual(INVALID);
  });

  test.each(['', 'x', 'a.b.c', 'bnVsbA.bnVsbA.x'])('must be a JWT: %j', async (assertion) => {
    org = await startLocalOrg();
    expect(await refusal(await requestToken(org, assertion))).toEqual(INVALID);
  });

  test('may be late by less than three minutes', async () => {
    org = await startLocalOrg();
    const response = await requestToken(org, assertionFor(org, { exp: now() - 170 }));
    expect(response.status).toBe(200);
  });

  test('may expire far ahead, in milliseconds even, unless the org is strict', async () => {
    org = await startLocalOrg();
    expect((await requestToken(org, assertionFor(org, { exp: Date.now() }))).status).toBe(200);
    await org.close();

    org = await startLocalOrg({ strictExp: true });
    expect((await requestToken(org, assertionFor(org, { exp: now() + 290 }))).status).toBe(200);
    const tooFar = await requestToken(org, assertionFor(org, { exp: now() + 310 }));
    expect(await refusal(tooFar)).toEqual(INVALID);
  });

  test('may bring a jti, a new one each time', async () => {
    org = await startLocalOrg();
    for (const jti of ['one', 'two']) {
      expect((await requestToken(org, assertionFor(org, { jti }))).status).toBe(200);
    }
    const again = await requestToken(org, assertionFor(org, { jti: 'one' }));
    expect(await refusal(again)).toMatchObject({ error: 'bad_jti_claim' });
  });

  test('can be read afterwards, also when it was refused', async () => {
    org = await startLocalOrg();
    expect(org.lastAssertion()).toBeUndefined();
    await requestToken(org, assertionFor(org, { aud: 'https://example.com', jti: 'x' }));
    expect(org.lastAssertion()).toMatchObject({
      header: { alg: 'RS256' },
      claims: { aud: 'https://example.com', jti: 'x', sub: org.config.username },
    });
  });
});

describe('the audience', () => {
  test('of an external client app is the My Domain alone', async () => {
    org = await startLocalOrg();
    for (const aud of [[org.url], `${org.url}/`, org.instanceUrl, 'https://login.salesforce.com']) {
      const response = await requestToken(org, assertionFor(org, { aud }));
      expect(await refusal(response)).toMatchObject({ error: 'app_not_found' });
    }
  });

  test('of a connected app is login or test.salesforce.com', async () => {
    org = await startLocalOrg({ app: 'connected-app' });
    const refused = { error: 'invalid_grant', description: 'audience is invalid' };
    for (const aud of ['https://login.salesforce.com', 'https://test.salesforce.com']) {
      expect((await requestToken(org, assertionFor(org, { aud }))).status).toBe(200);
      expect(
        await refusal(await requestToken(org, assertionFor(org, { aud: [aud] }))),
      ).toMatchObject(refused);
    }
    expect(await refusal(await requestToken(org))).toMatchObject(refused);
  });

  test('can be set, and the app type be chosen for one client', async () => {
    const aud = 'https://example.my.site.com/partners';
    org = await startLocalOrg({ audiences: [aud] });
    const { clientId, username } = org.config;
    org.register({
      clientId,
      publicKey: publicKeyOf(org),
      users: [username],
      app: 'connected-app',
    });
    expect((await requestToken(org, assertionFor(org, { aud }))).status).toBe(200);
    expect(await refusal(await requestToken(org))).toMatchObject({
      description: 'audience is invalid',
    });
  });
});

describe('approval', () => {
  test('by the user is missed in other words than the admin’s', async () => {
    org = await startLocalOrg();
    const { clientId, username } = org.config;
    const app = { clientId, publicKey: publicKeyOf(org), approval: 'self-authorize' };
    org.register({ ...app, users: [{ username, approved: false }] });
    expect(await refusal(await requestToken(org))).toEqual({
      status: 400,
      error: 'invalid_grant',
      description: "user hasn't approved this consumer",
    });
    org.register({ ...app, users: [{ username, approved: true }] });
    expect((await requestToken(org)).status).toBe(200);
  });
});

describe('the login limit', () => {
  test('counts each user for an hour', async () => {
    org = await startLocalOrg({ loginLimit: 2 });
    org.register({
      clientId: 'other',
      publicKey: publicKeyOf(org),
      users: ['other@example.com'],
    });
    const status = async (claims) => (await requestToken(org, assertionFor(org, claims))).status;
    expect([await status(), await status(), await status()]).toEqual([200, 200, 400]);
    expect(await status({ iss: 'other', sub: 'other@example.com' })).toBe(200);

    const later = Date.now() + 3_600_000;
    jest.spyOn(Date, 'now').mockReturnValue(later);
    expect(await status()).toBe(200);
    jest.restoreAllMocks();
  });
});

describe('what is no token request', () => {
  const UNSUPPORTED = {
    status: 400,
    error: 'unsupported_grant_type',
    description: 'grant type not supported',
  };

  test('another grant', async () => {
    org = await startLocalOrg();
    const response = await post(org, 'token', { grant_type: 'password' });
    expect(await refusal(response)).toEqual(UNSUPPORTED);
  });

  test('a JSON body', async () => {
    org = await startLocalOrg();
    const response = await post(org, 'token', undefined, {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ grant_type: JWT_BEARER, assertion: assertionFor(org) }),
    });
    expect(await refusal(response)).toEqual(UNSUPPORTED);
  });

  test('a form sent to the API host', async () => {
    org = await startLocalOrg();
    const response = await requestToken({ url: org.instanceUrl }, assertionFor(org));
    expect(await refusal(response)).toEqual(UNSUPPORTED);
    expect(org.stats().tokenRequests).toBe(0);
  });
});
