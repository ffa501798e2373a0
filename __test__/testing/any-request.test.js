'use strict';

// Whatever a client sends, the org answers, and never with an error of its own code.

const { Agent, request } = require('node:http');
const net = require('node:net');
const { text } = require('node:stream/consumers');
const { sign } = require('jsonwebtoken');
const { startLocalOrg } = require('../../testing');
const { randomOf } = require('../refresh-token/random');
const { JWT_BEARER, callApi, login, now } = require('./peer');

const SEED = 22;
const REQUESTS = 2_000;
const CONNECTIONS = 300;

const { below, pick, chance } = randomOf(SEED);
const nest = (open, close, depth) => open.repeat(depth) + close.repeat(depth);

/** Texts that a server may take for something else. */
const TEXTS = [
  ...[
    '',
    ' ',
    '%',
    '%00',
    '%E0%A4%A',
    '%2F',
    '..',
    ';',
    '&a=b',
    '*',
    '(',
    '\\',
    "'",
    '"',
    '[',
    '{',
  ],
  ...['null', 'true', '0', '-1', '1e999', 'NaN', 'é', '\u{1f600}', '\ud800', 'a'.repeat(4_000)],
  ...['__proto__', 'constructor', 'toString', 'Id', 'id', 'Name', 'Account', 'Contact', 'describe'],
  ...['Ext__c', '__proto____c', '001000000000001AAA', 'x', 'a.b.c', `LIKE '${'%'.repeat(900)}'`],
];

/** JSON values, as text, that code may not expect. */
const VALUES = [
  ...['null', 'true', '7', '1e400', '"x"', '"\\ud800"', '[]', '{}', '[null]', '[{"Name":1}]'],
  ...['{"toString":null}', '{"valueOf":1,"toString":2}', '{"__proto__":{"a":1}}', '{"then":1}'],
  nest('[', ']', 20_000),
  `${nest('{"a":', '', 5_000)}1${nest('', '}', 5_000)}`,
];

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

const join = (count, separator, make) => Array.from({ length: count }, make).join(separator);
const word = () => (chance(0.9) ? pick(TEXTS) : join(below(4), pick(['', ' ', ',']), word));
const segment = () =>
  (chance(0.5) ? encodeURI(word().toWellFormed()) : word()).replace(/[\s#?]/g, '');

/** An object in JSON with these fields, some of them strange or absent. */
function objectOf(fields) {
  const entries = Object.entries(fields).filter(() => chance(0.95));
  const strange = entries.map(([name, value]) =>
    chance(0.1) ? [name, pick(VALUES)] : [name, JSON.stringify(value)],
  );
  if (chance(0.15)) strange.push([word(), pick(VALUES)]);
  return `{${strange.map(([name, value]) => `${JSON.stringify(name)}:${value}`)}}`;
}

const base64url = (value) => Buffer.from(value).toString('base64url');

/** An assertion that is signed as it should be, whatever its claims are. */
function assertionOf(claims, privateKey) {
  if (chance(0.2)) return `${base64url(objectOf({ alg: 'RS256' }))}.${base64url(pick(VALUES))}.eA`;
  return sign(objectOf(claims), privateKey, { algorithm: 'RS256' });
}

/** The form of a token request, some of its fields strange or absent. */
function formOf({ config, oauth, url }) {
  const claims = { iss: config.clientId, sub: config.username, aud: url, exp: now() + 120 };
  const own = { sub: oauth.clientId, iss: oauth.clientId, aud: `${url}/services/oauth2/token` };
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  const form = {
    grant_type: pick([JWT_BEARER, 'refresh_token', 'authorization_code', 'client_credentials']),
    assertion: assertionOf({ ...claims, jti: word() }, config.privateKey),
    client_id: oauth.clientId,
    client_secret: oauth.clientSecret,
    refresh_token: oauth.refreshToken,
    token: word(),
    code: word(),
    redirect_uri: oauth.redirectUri,
    response_type: 'code',
    scope: pick(['api', word()]),
    code_challenge: word(),
    code_verifier: word(),
    ...(chance(0.3) && {
      client_assertion_type: type,
      client_assertion: assertionOf({ ...claims, ...own, jti: word() }, config.privateKey),
    }),
  };
  const entries = Object.entries(form).filter(() => chance(0.9));
  return new URLSearchParams(entries.map(([name, value]) => [name, chance(0.1) ? word() : value]));
}

const NAMES = ['Id', 'Name', 'Industry', 'AnnualRevenue', 'CreatedDate', 'Ext__c', 'toString'];
const soqlValue = () =>
  pick(["'x'", '5', 'null', 'true', '2020-01-01', '9999-99-99', `'${word()}'`, word()]);

function soqlOf() {
  const conditions = join(1 + below(3), ' AND ', () => {
    const operator = pick(['=', '!=', '<', '>', '<=', '>=', 'LIKE', 'IN']);
    return `${pick(NAMES)} ${operator} ${soqlValue()}`;
  });
  const parts = [
    `SELECT ${pick(['COUNT()', 'FIELDS(ALL)', join(1 + below(3), ',', () => pick(NAMES))])}`,
    `FROM ${pick(['Account', 'Contact', word()])}`,
    ...(chance(0.6) ? [`WHERE ${conditions}`] : []),
    ...(chance(0.3) ? [`ORDER BY ${pick(NAMES)} DESC`] : []),
    ...(chance(0.3) ? [`LIMIT ${pick(['0', '5', '99999999999999999999', word()])}`] : []),
  ];
  return chance(0.9) ? parts.join(' ') : join(below(9), ' ', word);
}

/** The method, path and body of a request to the authorization server. */
function oauthCall(org) {
  const form = formOf(org);
  const path = pick(['token', 'token', 'token', 'revoke', 'introspect', 'userinfo', 'authorize']);
  if (path === 'authorize') return ['GET', `/services/oauth2/authorize?${form}`, ''];
  return ['POST', `/services/oauth2/${path}${chance(0.1) ? `?${form}` : ''}`, `${form}`];
}

/** The method, path and body of a call of the REST API. */
function restCall() {
  const root = `/services/data/${pick(['v66.0', 'v66.0', 'v45.0', 'v1.2.3', 'v...'])}`;
  if (chance(0.3)) return ['GET', `${root}/query?${new URLSearchParams({ q: soqlOf() })}`, ''];
  const type = chance(0.8) ? pick(['Account', 'Contact']) : segment();
  const record = objectOf({
    [type === 'Contact' ? 'LastName' : 'Name']: 'x',
    ...(chance(0.3) && { Ext__c: pick(['x', word()]) }),
  });
  return pick([
    () => ['POST', `${root}/sobjects/${type}`, record],
    () => ['PATCH', `${root}/sobjects/${type}/${pick(['001000000000001AAA', segment()])}`, record],
    () => [pick(['PATCH', 'GET', 'DELETE']), `${root}/sobjects/${type}/Ext__c/x`, record],
    () => ['PATCH', `${root}/sobjects/${type}/${segment()}/${segment()}`, record],
    () => ['GET', `${root}/sobjects/Account/001000000000001AAA?fields=${segment()}`, ''],
    () => ['POST', `${root}/sobjects/`, record],
    () => ['GET', `${root}/${segment()}`, ''],
  ])();
}

/** The method, path and body of any other request. */
function otherCall() {
  const soap = `<e><sessionId>${word()}</sessionId></e>`;
  return pick([
    () => ['GET', `/id/${segment()}/${segment()}`, ''],
    () => ['POST', `/services/async/66.0/${segment()}`, word()],
    () => ['POST', '/services/Soap/u/66.0', soap],
    () => [pick(METHODS), `/${join(below(5), '/', segment)}`, pick([soap, word()])],
  ])();
}

const isText = (value) => !/[^\t\x20-\x7e\x80-\xff]/.test(value);

/** A request that Node.js can send. */
function requestOf(org, token) {
  const call = pick([oauthCall, restCall, restCall, otherCall]);
  const [method, path, body] = call(org);
  const host = call === oauthCall ? org.url : org.instanceUrl;
  const odd = [`Bearer ${word()}`, `Basic ${base64url(word())}`, word()];
  const headers = {
    Authorization: call !== oauthCall && chance(0.9) ? `Bearer ${token}` : pick(odd),
    'X-SFDC-Session': pick([token, word()]),
    'Content-Type': chance(0.9) ? 'application/x-www-form-urlencoded' : word(),
    Accept: word(),
  };
  return {
    host: chance(0.9) ? host : pick([org.url, org.instanceUrl]),
    method: chance(0.9) ? method : pick(METHODS),
    path: encodeURI(path.toWellFormed()).replaceAll('%25', '%'),
    headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => isText(value))),
    body: chance(0.95) ? body : pick(VALUES),
  };
}

/** Sends a request; resolves to the answer. */
function ask({ host, method, path, headers, body }, agent) {
  return new Promise((resolve, reject) => {
    const outgoing = request(host, { method, path, headers, agent, timeout: 5_000 });
    outgoing.once('response', async (incoming) => {
      resolve({
        status: incoming.statusCode,
        type: incoming.headers['content-type'],
        body: await text(incoming),
      });
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer')));
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/** Sends bytes; resolves to what came back until the other side, or we, close. */
function send(host, bytes) {
  return new Promise((resolve) => {
    const socket = net.connect(new URL(host).port, '127.0.0.1', () => socket.end(bytes));
    resolve(text(socket).catch((error) => error.code));
  });
}

/** What says that the org's own code has thrown. A SOAP fault has status 500, too. */
const isOwnError = ({ status, type, body }) =>
  status === 500 && !(type?.startsWith('text/xml') && body.includes('<faultcode>'));

/** Rejections that nobody has handled: they would end the process of a test. */
const unhandled = [];
const note = (reason) => unhandled.push(reason);
beforeAll(() => process.on('unhandledRejection', note));
afterAll(() => process.off('unhandledRejection', note));

let org;
let agent;
beforeAll(async () => {
  org = await startLocalOrg();
  agent = new Agent({ keepAlive: true });
});
afterAll(async () => {
  agent.destroy();
  await org.close();
});

test('fault 85: no request is answered with an error of the org’s own code', async () => {
  let { access_token } = await login(org);
  const seen = new Map();
  for (let number = 0; number < REQUESTS; number += 1) {
    const sent = requestOf(org, access_token);
    const answer = await ask(sent, agent);
    if (isOwnError(answer))
      throw new Error(`${JSON.stringify(sent).slice(0, 2_000)}\n${answer.body}`);
    seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
    if (number % 100 === 0) ({ access_token } = await login(org));
  }
  // The requests get far: some succeed, and others fail in each way that there is.
  const statuses = [200, 201, 204, 300, 302, 400, 401, 403, 404, 405, 500];
  expect([...seen.keys()]).toEqual(expect.arrayContaining(statuses));
  expect(unhandled).toEqual([]);
}, 60_000);

test('fault 85: no bytes end the org', async () => {
  const targets = [
    '/',
    '*',
    '//',
    '//[',
    '/\\',
    ':',
    '?',
    'http://',
    'http://[',
    'x:',
    '%',
    '@:99999',
  ];
  for (let number = 0; number < CONNECTIONS; number += 1) {
    const target = chance(0.8) ? pick(targets) : word();
    const length = pick([
      `Content-Length: ${below(9)}`,
      'Transfer-Encoding: chunked',
      'X: y',
      'Upgrade: x\r\nConnection: Upgrade',
      'Expect: x',
    ]);
    const head = `${pick(['GET', 'POST', 'CONNECT', 'OPTIONS', word()])} ${target} HTTP/1.${below(3)}`;
    const answer = await send(
      pick([org.url, org.instanceUrl]),
      `${head}\r\nHost: x\r\n${length}\r\n\r\n${word()}`,
    );
    expect(answer).not.toMatch(/^HTTP\/1.1 500|Error:/);
  }
  const { access_token } = await login(org);
  expect((await callApi(org, access_token)).status).toBe(200);
  expect(unhandled).toEqual([]);
});

test('requests that arrive together are answered one after another', async () => {
  const one = 'GET /services/data HTTP/1.1\r\nHost: x\r\n\r\n';
  const answers = await send(org.instanceUrl, `${one}${one}${one}`);
  expect(answers.match(/HTTP\/1.1 200 OK/g)).toHaveLength(3);
});
