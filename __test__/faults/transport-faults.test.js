'use strict';

const http = require('node:http');
const { JWTConnectionManager } = require('../..');
const { closeAfterTest, startOrg } = require('../support/orgs');
const { rejection, timed } = require('../support/rejection');

/** @type {JWTConnectionManager} */
let manager;
let org;
beforeEach(async () => {
  manager = new JWTConnectionManager();
  org = await startOrg();
});

/** The error of a call that may take so many milliseconds, which it must not exceed. */
async function failure(milliseconds = 8_000, config = org.config) {
  // A call ends half a second before its deadline.
  const deadline = Date.now() + milliseconds + 500;
  const asked = () => rejection(manager.getAccessToken(config, { deadline }));
  const { result, took } = await timed(asked);
  expect(took).toBeLessThan(milliseconds + 300);
  expect(manager.getCacheStats()).toMatchObject({ total: 0, mints: 0 });
  return result;
}

describe('fault 12: an answer that is no token response', () => {
  test.each([
    ['a page', { kind: 'html', status: 200 }, 'BAD_RESPONSE', true, 2, 200],
    ['a page where nothing is', { kind: 'html', status: 404 }, 'BAD_RESPONSE', false, 1, 404],
    ['an error page', { kind: 'html', status: 502 }, 'SERVER_UNAVAILABLE', true, 3, 502],
    ['half of its JSON', { kind: 'truncated-json' }, 'BAD_RESPONSE', true, 2, 200],
    ['no access token', { kind: 'missing-access-token' }, 'BAD_RESPONSE', false, 1, 200],
    ['an empty token', { kind: 'access-token', value: '' }, 'BAD_RESPONSE', false, 1, 200],
    ['a number for a token', { kind: 'access-token', value: 7 }, 'BAD_RESPONSE', false, 1, 200],
    [
      'a token that would split a header',
      { kind: 'access-token', value: 'a\r\nX: y' },
      'BAD_RESPONSE',
      false,
      1,
      200,
    ],
    ['100 MB', { kind: 'huge-body' }, 'RESPONSE_TOO_LARGE', false, 1, 200],
    ['just too much', { kind: 'huge-body', bytes: 65_537 }, 'RESPONSE_TOO_LARGE', false, 1, 200],
  ])('%s', async (_, fault, code, retryable, attempts, status) => {
    org.inject(fault);
    expect(await failure()).toMatchObject({ code, retryable, attempts, status });
    expect(org.stats().tokenRequests).toBe(attempts);
  });

  test.each([301, 302, 303, 307, 308])('fault 18: redirect %i is not followed', async (status) => {
    let received = 0;
    const other = http.createServer((_, response) => {
      received += 1;
      response.end('{}');
    });
    await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
    closeAfterTest(other);
    const location = `http://127.0.0.1:${other.address().port}/services/oauth2/token`;
    org.inject({ kind: 'redirect', status, location });
    expect(await failure()).toMatchObject({ code: 'REDIRECT_REFUSED', retryable: false, status });
    expect(org.stats().tokenRequests).toBe(1);
    expect(received).toBe(0);
  });
});

describe('a connection that breaks', () => {
  test.each(['reset', 'close'])('%s', async (kind) => {
    org.inject({ kind });
    expect(await failure()).toMatchObject({ code: 'NETWORK_RESET', retryable: true, attempts: 3 });
    expect(org.stats().tokenRequests).toBe(3);
  });

  test('once, is not seen', async () => {
    org.inject({ kind: 'reset' }, { times: 1 });
    expect(await manager.getAccessToken(org.config)).toHaveProperty('accessToken');
  });
});

describe('an answer that takes too long ends the call at its deadline', () => {
  test.each([
    ['none at all', { kind: 'hang' }],
    ['fault 9: a body that trickles', { kind: 'slow-body', bytesPerSecond: 5 }],
  ])('%s', async (_, fault) => {
    org.inject(fault);
    expect(await failure(400)).toMatchObject({ code: 'DEADLINE', retryable: true });
    expect(org.stats().tokenRequests).toBe(1);
  });

  test('a body that comes slowly, but in time, is read', async () => {
    org.inject({ kind: 'slow-body', bytesPerSecond: 2_000 });
    expect(await manager.getAccessToken(org.config)).toHaveProperty('accessToken');
  });
});

describe.each([
  ['unavailable', 'SERVER_UNAVAILABLE', 503],
  ['rate-limited', 'RATE_LIMITED', 429],
])('Retry-After of %s', (kind, code, status) => {
  test('fault 19: is obeyed if it fits', async () => {
    org.inject({ kind, retryAfter: 1 }, { times: 1 });
    const { took } = await timed(() => manager.getAccessToken(org.config));
    expect(took).toBeGreaterThan(990);
    expect(took).toBeLessThan(1_500);
    expect(org.stats().tokenRequests).toBe(2);
  });

  test('fault 19: ends the call at once if it does not, and is told', async () => {
    org.inject({ kind, retryAfter: 3_600 });
    const { result, took } = await timed(() => failure());
    expect(took).toBeLessThan(500);
    expect(result).toMatchObject({ code, status, retryable: true, attempts: 1 });
    expect(result.retryAfterMs).toBe(3_600_000);
  });

  test('fault 19: is read as a date', async () => {
    org.inject({ kind, retryAfter: new Date(Date.now() + 60_000).toUTCString() });
    const { retryAfterMs, ...rest } = await failure();
    expect(rest).toMatchObject({ code, attempts: 1 });
    expect(retryAfterMs).toBeGreaterThan(55_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  const PAST = 'Thu, 01 Jan 2015 00:00:00 GMT';
  test.each(['soon', '-1', '0', '1.5', PAST])(
    'fault 19: %s, which says nothing, is passed over',
    async (retryAfter) => {
      org.inject({ kind, retryAfter });
      const caught = await failure();
      expect(caught).toMatchObject({ code, attempts: 3 });
      expect(caught.retryAfterMs).toBeUndefined();
    },
  );
});

describe('an instance URL that the token must not be sent to is refused, and nothing is kept', () => {
  test.each([
    ['another host', 'https://evil.example.com'],
    ['a look-alike', 'https://my.salesforce.com.evil.example.com'],
    ['a look-alike without a dot', 'https://evilsalesforce.com'],
    ['the bare domain', 'https://salesforce.com'],
    ['http', 'http://acme.my.salesforce.com'],
    ['another port', 'https://acme.my.salesforce.com:8443'],
    ['a user name', 'https://acme.my.salesforce.com@evil.example.com'],
    ['a path', 'https://acme.my.salesforce.com/evil'],
    ['an address', 'https://10.0.0.1'],
    ['another scheme', 'file:///etc/passwd'],
    ['no URL', 'acme'],
    ['a browser’s page', 'https://acme.lightning.force.com'],
  ])('%s', async (_, value) => {
    org.inject({ kind: 'instance-url', value });
    const caught = await failure();
    expect(caught).toMatchObject({ code: 'INSTANCE_URL_REFUSED', retryable: false, attempts: 1 });
    // The host is named, and nothing else of the URL.
    expect(caught.message.replace(/ \(host [\w.-]+\)/, '')).not.toContain('evil');
    if (value.includes('evil.example')) expect(caught.message).toContain('evil.example.com)');
  });

  test.each([[7], [null], [{}], ['']])('%j', async (value) => {
    org.inject({ kind: 'instance-url', value });
    expect((await failure()).code).toMatch(/^(BAD_RESPONSE|INSTANCE_URL_REFUSED)$/);
  });

  test('but not one of Salesforce’s domains, nor one that is allowed', async () => {
    const named = async (value, options) => {
      const mend = org.inject({ kind: 'instance-url', value });
      const { instanceUrl } = await new JWTConnectionManager(options).getAccessToken(org.config);
      mend();
      return instanceUrl;
    };
    expect(await named('https://ACME.my.salesforce.com/')).toBe('https://acme.my.salesforce.com');
    const allowed = { allowedInstanceHosts: ['api.example.com'] };
    expect(await named('https://api.example.com', allowed)).toBe('https://api.example.com');
    const other = named('https://other.example.com', allowed);
    expect(await rejection(other)).toHaveProperty('code', 'INSTANCE_URL_REFUSED');
  });
});
