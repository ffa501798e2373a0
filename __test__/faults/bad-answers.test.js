'use strict';

// Answers of the token endpoint that no server should give.

const { gzipSync } = require('node:zlib');
const { JWTConnectionManager } = require('../..');
const { plant } = require('../../support/canaries');
const { rejection, timed } = require('../support/rejection');
const { startOrg } = require('../support/orgs');
const { startTokenHost } = require('../support/token-host');

/** Tokens as long as Salesforce's, so that a piece of one would be recognised in an error. */
const TOKEN = '00D000000000001!AQEAQCanaryCanaryCanary.CanaryCanary';
const REFRESH_TOKEN = '5Aep861CanaryRefreshCanaryRefreshCanaryRefresh';
const INSTANCE = 'https://acme.my.salesforce.com';
const GOOD = { access_token: TOKEN, instance_url: INSTANCE, refresh_token: REFRESH_TOKEN };
const KIB = 1_024;

beforeAll(() => {
  plant('the access token', TOKEN);
  plant('the refresh token', REFRESH_TOKEN);
});

const json = (fields) => JSON.stringify({ ...GOOD, ...fields });
const good = json({});
/** The answer with one field more, as it stands in the text. */
const withText = (text) => good.replace('{', `{${text},`);
const brackets = (depth) => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth) => `${'{"x":'.repeat(depth)}1${'}'.repeat(depth)}`;
const bytes = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));
const gzip = (raw) => ({ raw: gzipSync(raw), headers: { 'Content-Encoding': 'gzip' } });

/** A token source that has a good token, and then meets only this answer. */
async function meeting(answer) {
  const { config } = await startOrg();
  let given = GOOD;
  const host = await startTokenHost(() => given);
  const manager = new JWTConnectionManager();
  const known = { ...config, instanceUrl: host.url };
  const kept = await manager.getAccessToken(known);
  given = answer;
  return { manager, known, kept, host, config: { ...known, tokenTtl: 300 } };
}

/** What a call meets; the token that was there before stays, and nothing comes to it. */
async function failureOf(answer) {
  const { manager, known, kept, host, config } = await meeting(answer);
  const failures = [];
  for (const method of ['getAccessToken', 'getConnection']) {
    const asked = () => rejection(manager[method](config, { deadline: Date.now() + 2_500 }));
    const { result, took } = await timed(asked);
    expect(took).toBeLessThan(2_300);
    failures.push(result);
  }
  expect(await manager.getAccessToken(known)).toBe(kept);
  expect(manager.getCacheStats()).toMatchObject({ total: 1, valid: 1, mints: 1 });
  expect(failures[1].code).toBe(failures[0].code);
  return { ...failures[0], message: failures[0].message, sent: host.forms.length };
}

describe('fault 17: a body that is no JSON object is BAD_RESPONSE, tried once more', () => {
  test.each([
    ['nothing', { raw: '' }],
    ['a list', { raw: `[${good}]` }],
    ['null', { raw: 'null' }],
    ['a string', { raw: JSON.stringify(good) }],
    ['a byte order mark before it', { raw: bytes([0xef, 0xbb, 0xbf], good) }],
    ['UTF-16', { raw: Buffer.from(`\u{feff}${good}`, 'utf16le') }],
    ['a field twice', { raw: withText('"access_token":"00D!other"') }],
    ['a hundred thousand brackets', { raw: '['.repeat(60 * KIB) }],
    ['invalid UTF-8 in the token', { raw: bytes('{"access_token":"00D', [0xff, 0xfe], '"}') }],
    ['half of a surrogate pair', { raw: withText('"scope":"\\ud800"') }],
    ['a control character in a string', { raw: withText('"scope":"a\0b"') }],
    ['a number that no machine holds', { raw: withText('"expires_in":1e999') }],
    ['NaN', { raw: withText('"expires_in":NaN') }],
    ['something after its end', { raw: `${good}${good}` }],
    ['a comment', { raw: `/* */${good}` }],
    ['gzip, which was not asked for', gzip(good)],
    ['fault 10: a gzip bomb of 10 MB', gzip(Buffer.alloc(10e6))],
  ])('%s', async (_, answer) => {
    const { code, attempts, retryable, message } = await failureOf(answer);
    expect({ code, attempts, retryable }).toEqual({
      code: 'BAD_RESPONSE',
      attempts: 2,
      retryable: true,
    });
    expect(message).toContain('something that is no JSON object (HTTP 200)');
  });

  test('fault 10: a gzip bomb of 100 MB is larger than 64 KiB as it is', async () => {
    const { code, attempts } = await failureOf(gzip(Buffer.alloc(100e6)));
    expect({ code, attempts }).toEqual({ code: 'RESPONSE_TOO_LARGE', attempts: 1 });
  });
});

test('fault 17: what is nested deep in a field that need not be there does no harm', async () => {
  const fields = ['x', 'scope', 'id'];
  const nested = fields.flatMap((name) => [
    `"${name}":${brackets(1e4)}`,
    `"${name}":${objects(5e3)}`,
  ]);
  for (const raw of nested.map(withText)) {
    const { manager, config } = await meeting({ raw });
    expect(await manager.getAccessToken(config)).toHaveProperty('accessToken', TOKEN);
  }
});

describe('fault 13: a token that no header can carry is BAD_RESPONSE, for good', () => {
  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['null', null],
    ['a number', 7],
    ['a boolean', true],
    ['a list', [TOKEN]],
    ['an object', { token: TOKEN }],
    ['a line end', `${TOKEN}\r\nX-Injected: ${TOKEN}`],
    ['a line feed', `${TOKEN}\n`],
    ['NUL', `${TOKEN}\0`],
    ['a space', `${TOKEN} ${TOKEN}`],
    ['DEL', `${TOKEN}\x7f`],
    ['letters that are not ASCII', `${TOKEN}é`],
    ['letters that look like ASCII', TOKEN.replace('a', '\u{430}')],
    ['an emoji', `${TOKEN}\u{1f511}`],
    ['more than 16 KiB', TOKEN.padEnd(16 * KIB + 1, 'x')],
  ])('%s', async (_, accessToken) => {
    const { code, attempts, retryable } = await failureOf({
      raw: json({ access_token: accessToken }),
    });
    expect({ code, attempts, retryable }).toEqual({
      code: 'BAD_RESPONSE',
      attempts: 1,
      retryable: false,
    });
  });

  test('fault 13: one of 16 KiB is taken', async () => {
    const long = TOKEN.padEnd(16 * KIB, 'x');
    const { manager, config } = await meeting({ ...GOOD, access_token: long });
    expect((await manager.getAccessToken(config)).accessToken).toBe(long);
  });
});

describe('fault 36: an instance URL that cannot be used is refused before a Connection is made of it', () => {
  test.each([
    ['another host', 'https://evil.example', 'INSTANCE_URL_REFUSED'],
    ['http', 'http://acme.my.salesforce.com', 'INSTANCE_URL_REFUSED'],
    ['a path', 'https://acme.my.salesforce.com/x', 'INSTANCE_URL_REFUSED'],
    ['missing', undefined, 'BAD_RESPONSE'],
    ['of 3 KB', `https://${'a'.repeat(3_000)}.my.salesforce.com`, 'INSTANCE_URL_REFUSED'],
  ])('%s', async (_, instanceUrl, expected) => {
    let made = 0;
    class Connection {
      constructor() {
        made += 1;
      }
    }
    const { config } = await startOrg();
    const host = await startTokenHost(() => ({ raw: json({ instance_url: instanceUrl }) }));
    const manager = new JWTConnectionManager({ Connection });
    const asked = manager.getConnection({ ...config, instanceUrl: host.url });
    expect(await rejection(asked)).toMatchObject({ code: expected, retryable: false, attempts: 1 });
    expect(made).toBe(0);
    expect(manager.getCacheStats()).toMatchObject({ total: 0, mints: 0 });
  });
});

describe('fault 15: a granted life', () => {
  /** Seconds that a token may be used, and the requests that two calls send. */
  async function lifeGranted(expiresIn, tokenTtl) {
    const { manager, config, host } = await meeting({ ...GOOD, expires_in: expiresIn });
    const asked = Date.now();
    const before = host.forms.length;
    const { expiresAt } = await manager.getAccessToken({ ...config, tokenTtl });
    await manager.getAccessToken({ ...config, tokenTtl });
    return [Math.round((expiresAt - asked) / 1_000), host.forms.length - before];
  }

  test.each([
    ['nothing is used once and not kept', 0, 0, 2],
    ['less than nothing is used once and not kept', -1, 0, 2],
    ['far less than nothing is used once and not kept', -1e308, 0, 2],
    ['an hour, as a string, is an hour', '3600', 3_570, 1],
    ['an hour with a fraction is read', 3_600.4, 3_570, 1],
    ['fault 16: shorter than the buffer gives up a tenth only', 20, 18, 1],
    ['ten years is a day at most', 315_360_000, 86_370, 1],
    ['the largest number is a day at most', 1e308, 86_370, 1],
    ['null is none: the configured one counts', null, 86_370, 1],
    ['words are none: the configured one counts', 'soon', 86_370, 1],
    ['an object is none: the configured one counts', { seconds: 1 }, 86_370, 1],
  ])('of %s', async (_, expiresIn, seconds, requests) => {
    expect(await lifeGranted(expiresIn, 86_400)).toEqual([seconds, requests]);
  });
});

test('fault 24: two containers that log in within one second send assertions that both are accepted', async () => {
  const org = await startOrg();
  const tokens = await Promise.all(
    Array.from({ length: 10 }, () => new JWTConnectionManager().getAccessToken(org.config)),
  );
  expect(tokens).toHaveLength(10);
  // The org refuses an assertion that it has seen.
  expect(org.stats()).toMatchObject({ tokenRequests: 10, tokensIssued: 10 });
});
