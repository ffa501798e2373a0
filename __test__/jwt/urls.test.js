'use strict';

const { JWTConnectionManager, authorizationRequest } = require('../..');
const { publicKeyOf, startOrg } = require('../support/orgs');
const { rejection, thrown } = require('../support/rejection');

/** @type {JWTConnectionManager} */
let manager;
let org;
beforeEach(async () => {
  manager = new JWTConnectionManager();
  org = await startOrg();
});

describe.each(['instanceUrl', 'loginUrl'])('%s', (option) => {
  test.each([
    ['http to another machine', 'http://canary.my.salesforce.com', /must use https/],
    ['http to a private address', 'http://10.1.2.3', /must use https/],
    ['another scheme', 'ftp://canary.my.salesforce.com', /must use https/],
    ['a user name', 'https://canary:canary@acme.my.salesforce.com', /user name or password/],
    ['a query', 'https://acme.my.salesforce.com/?canary=1', /query or fragment/],
    ['a fragment', 'https://acme.my.salesforce.com/#canary', /query or fragment/],
    ['an address', 'https://10.1.2.3', /not an IP address/],
    ['a port of another service', 'https://canary.my.salesforce.com:22', /port 443, or one above/],
    ['no URL', 'canary.my.salesforce.com', /is not a URL, such as https:/],
    ['nothing', '', /is not a URL/],
    ['words', 'the canary org', /is not a URL/],
  ])('%s', async (_, value, rule) => {
    const error = await rejection(manager.getConnection({ ...org.config, [option]: value }));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', option, attempts: 0 });
    expect(error.message).toMatch(rule);
    expect(error.message).toMatch(new RegExp(`^\\[CONFIG_INVALID\\] ${option} `));
    expect(error.message).not.toContain('canary');
  });

  test.each(['https://acme.lightning.force.com', 'https://acme.my.salesforce-setup.com/x'])(
    'a page of the browser (%s) is refused with the My Domain to use',
    async (value) => {
      const error = await rejection(manager.getConnection({ ...org.config, [option]: value }));
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', option });
      expect(error.message).toContain('https://acme.my.salesforce.com');
    },
  );
});

describe.each(['instanceUrl', 'loginUrl'])('fault 66: %s', (option) => {
  test.each([
    ['the token endpoint', '/services/oauth2/token', ''],
    ['the token endpoint of a site', '/site/services/oauth2/token', '/site'],
    ['a path of the API', '/services/data/v64.0', ''],
    ['a page of Setup', '/lightning/setup/SetupOneHome/home', ''],
  ])('with %s is refused with what to write, and nothing is sent', async (_, path, site) => {
    for (const host of ['https://acme.my.salesforce.com', org.url]) {
      const config = { ...org.config, [option]: `${host}${path}` };
      const error = await rejection(manager.getAccessToken(config));
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', option, attempts: 0 });
      expect(error.message.endsWith(`: use ${host}${site} instead.`)).toBe(true);
    }
    expect(org.stats().requests).toEqual({});
  });
});

test.each([
  ['http://login.salesforce.com', /must use https/],
  ['https://acme.my.salesforce.com/services/oauth2/authorize', /use https:\/\/acme\.my\.sales/],
  ['https://acme.lightning.force.com', /use https:\/\/acme\.my\.salesforce\.com instead/],
  ['https://user:word@login.salesforce.com', /user name or password/],
  ['https://10.1.2.3', /not an IP address/],
  ['https://login.salesforce.com?x', /query or fragment/],
  ['undefined', /missing value/],
])('fault 66: the login page is not at %s', (loginUrl, rule) => {
  const app = { clientId: 'x', redirectUri: 'https://app.test/', loginUrl };
  const error = thrown(() => authorizationRequest(app));
  expect(error).toMatchObject({ code: 'CONFIG_INVALID', option: 'loginUrl' });
  expect(error.message).toMatch(rule);
});

test('fault 67: a redirect is told with the host that it points to, and no more of it', async () => {
  const location = 'https://user:canary@ACME.my.salesforce.com/canary?canary';
  org.inject({ kind: 'redirect', status: 301, location });
  const error = await rejection(manager.getAccessToken(org.config));
  expect(error).toMatchObject({ code: 'REDIRECT_REFUSED', status: 301, attempts: 1 });
  expect(error.message).toContain('a redirect to acme.my.salesforce.com (HTTP 301)');
  expect(error.message).not.toContain('canary');
});

test.each([
  ['a slash at the end', (url) => `${url}/`],
  ['white space', (url) => ` ${url}\n`],
  ['capitals', (url) => url.replace('http', 'HTTP')],
])('%s makes no other login', async (_, spell) => {
  await manager.getAccessToken(org.config);
  await manager.getAccessToken({ ...org.config, instanceUrl: spell(org.url) });
  expect(org.stats().tokenRequests).toBe(1);
});

test.each(['127.0.0.1', 'localhost'])('http is for this machine: %s', async (host) => {
  const instanceUrl = org.url.replace('127.0.0.1', host);
  const config = { ...org.config, instanceUrl, audience: org.url };
  expect(await manager.getAccessToken(config)).toHaveProperty('accessToken');
});

describe('loginUrl', () => {
  test('is the host that is asked, and the audience', async () => {
    const config = { ...org.config, instanceUrl: 'https://acme.my.salesforce.com' };
    org.inject({ kind: 'instance-url', value: 'https://acme.my.salesforce.com' });
    const { instanceUrl } = await manager.getAccessToken({ ...config, loginUrl: org.url });
    expect(instanceUrl).toBe('https://acme.my.salesforce.com');
    expect(org.lastAssertion().claims).toMatchObject({ aud: org.url });
    expect(org.stats().tokenRequests).toBe(1);
  });

  test('may have a path, as a site has, and the audience has it too', async () => {
    const loginUrl = `${org.url}/site/`;
    const error = await rejection(manager.getAccessToken({ ...org.config, loginUrl }));
    expect(error.message).toContain(`audience ${org.url}/site`);
    expect(org.stats().requests).toEqual({ other: 1 });
  });
});

describe('the audience', () => {
  const CONNECTED_APP = 'https://login.salesforce.com';

  test('is the host, for an external client app: no request more', async () => {
    await manager.getAccessToken(org.config);
    expect(org.lastAssertion().claims.aud).toBe(org.url);
    expect(org.stats().tokenRequests).toBe(1);
  });

  test('is Salesforce’s login host, for a connected app: one request more, once', async () => {
    const connected = await startOrg({ app: 'connected-app' });
    const ask = (tokenTtl) => manager.getAccessToken({ ...connected.config, tokenTtl });
    await ask(180);
    expect(connected.stats().tokenRequests).toBe(2);
    expect(connected.lastAssertion().claims.aud).toBe(CONNECTED_APP);
    await ask(200);
    await ask(300);
    expect(connected.stats().tokenRequests).toBe(4);
    manager.clearAllTokens();
    await ask(180);
    expect(connected.stats().tokenRequests).toBe(6);
  });

  test('fault 69: an old one that was given is named by the hint', async () => {
    for (const app of ['external-client-app', 'connected-app']) {
      const { config } = await startOrg({ app });
      const audience = 'https://old.example.com';
      const error = await rejection(manager.getAccessToken({ ...config, audience }));
      expect(error.attempts).toBe(1);
      expect(error.hint).toMatch(/audience.*leave it out.*External Client App/);
      expect(error.message).toContain(`audience ${audience}`);
    }
  });

  test('is found again when the app changes its kind', async () => {
    const connected = await startOrg({ app: 'connected-app' });
    await manager.getAccessToken(connected.config);
    const { clientId, username } = connected.config;
    const publicKey = publicKeyOf(connected);
    const app = 'external-client-app';
    connected.register({ clientId, publicKey, users: [username], app });
    await manager.getAccessToken({ ...connected.config, tokenTtl: 200 });
    expect(connected.lastAssertion().claims.aud).toBe(connected.url);
    expect(connected.stats().tokenRequests).toBe(4);
  });

  test('is the only one tried if it is given', async () => {
    const connected = await startOrg({ app: 'connected-app' });
    const ask = (audience) => manager.getAccessToken({ ...connected.config, audience });
    expect(await rejection(ask(connected.url))).toMatchObject({
      code: 'AUDIENCE_INVALID',
      attempts: 1,
    });
    await ask(CONNECTED_APP);
    expect(connected.stats().tokenRequests).toBe(2);
  });

  test('given as what the default would be is another login than the default', async () => {
    await manager.getAccessToken(org.config);
    await manager.getAccessToken({ ...org.config, audience: org.url });
    expect(manager.getCacheStats()).toMatchObject({ total: 2, mints: 2 });
  });
});
