'use strict';

const http = require('node:http');
const { JWTConnectionManager, getAuthError } = require('../..');
const { ENDED, startApi } = require('../support/api-host');
const { closeAfterTest, startOrg } = require('../support/orgs');
const { rejection } = require('../support/rejection');

const QUERY = 'SELECT Id FROM Account LIMIT 1';
const RESULT = { totalSize: 0, done: true, records: [] };
const REFUSED = { code: 'REDIRECT_REFUSED', retryable: false };
/** How often one request may be sent. */
const MOST = 4;
const TIMEOUT = 30_000;

/** A Connection of this jsforce, at an API that answers as it is told. */
async function connect(jsforce, answer, options) {
  const [org, api] = [await startOrg(), await startApi(answer, options)];
  const { Connection } = require(jsforce);
  const manager = new JWTConnectionManager({ Connection });
  const { url: instanceUrl, loginUrl } = api;
  const connection = await manager.getConnection({ ...org.config, instanceUrl, loginUrl });
  return { api, connection };
}

/** A host that counts what it is sent. */
async function startStranger() {
  const requests = [];
  const server = http.createServer((request, response) => {
    requests.push(request);
    response.end('{}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeAfterTest({ close: () => new Promise((resolve) => server.close(resolve)) });
  const { port } = server.address();
  return { url: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}`, requests };
}

const redirect = (location, status = 307) => ({ status, headers: { Location: location } });

describe.each(['jsforce', 'jsforce-2'])('requests of a Connection of %s', (jsforce) => {
  test.each([301, 302, 303, 307, 308])(
    'fault 78: a redirect (%i) to another host is refused, and nothing is sent there',
    async (status) => {
      const stranger = await startStranger();
      const { connection } = await connect(jsforce, () => redirect(stranger.url, status));
      const calls = [
        () => connection.query(QUERY),
        () => connection.sobject('Account').create({ Name: 'x' }),
        () => connection.tooling.query(QUERY),
        () => connection.request('/services/apexrest/x'),
        () => connection.request({ method: 'POST', url: '/services/apexrest/x', body: '{}' }),
      ];
      for (const call of calls) {
        const error = await rejection(call());
        expect(error).toMatchObject(REFUSED);
        expect(error.message).toContain(stranger.host);
      }
      expect(stranger.requests).toHaveLength(0);
    },
  );

  test('fault 78: a redirect to another scheme or port is refused', async () => {
    let location = '';
    const { api, connection } = await connect(jsforce, () => redirect(location));
    const { host } = new URL(api.url);
    for (location of [`ftp://${host}`, `https://${host}`, '//127.0.0.1:9/']) {
      expect(await rejection(connection.query(QUERY))).toMatchObject(REFUSED);
    }
  });

  test('a redirect on the same host is followed, with the token', async () => {
    const { api, connection } = await connect(jsforce, ({ url }) =>
      url === '/there' ? { status: 200, json: RESULT } : redirect('/there'),
    );
    expect(await connection.query(QUERY)).toMatchObject(RESULT);
    const [, second] = api.requests;
    expect(second.url).toBe('/there');
    expect(second.headers.authorization).toBe('Bearer token-1');
  });

  test('the caller’s own followRedirect counts', async () => {
    const stranger = await startStranger();
    const { connection } = await connect(jsforce, () => redirect(stranger.url));
    const request = { method: 'GET', url: '/services/apexrest/x' };
    const followRedirect = (url) => ({ method: 'GET', url });
    await connection.request(request, { followRedirect });
    expect(stranger.requests[0].headers.authorization).toBeUndefined();
    expect(request).toEqual({ method: 'GET', url: '/services/apexrest/x' });
  });

  test.each(['new', 'same'])(
    'fault 79: 100 parallel queries at a 401 for ever with the %s token end after four calls each',
    async (tokens) => {
      const options = { delay: 200, tokens };
      const { api, connection } = await connect(jsforce, () => ENDED, options);
      const all = Array.from({ length: 100 }, () => rejection(connection.query(QUERY)));
      for (const error of await Promise.all(all)) {
        expect(getAuthError(error, connection)).toHaveProperty('code', 'SESSION_REJECTED');
      }
      expect(api.requests.length).toBeLessThanOrEqual(MOST * 100);
      expect(api.host.forms.length).toBeLessThanOrEqual(2);
    },
    TIMEOUT,
  );

  test('fault 79: a wall clock that is set back right after a renewal', async () => {
    const { api, connection } = await connect(jsforce, () => ENDED);
    let looks = -Infinity;
    const now = Date.now.bind(Date);
    // jsforce itself remembers when the renewal ended: the next look at the clock.
    connection.once('refresh', () => {
      looks = 0;
    });
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => {
      looks += 1;
      return looks > 1 ? now() - 3_600_000 : now();
    });
    try {
      const error = await rejection(connection.query(QUERY));
      expect(getAuthError(error, connection)).toHaveProperty('code', 'SESSION_REJECTED');
    } finally {
      clock.mockRestore();
    }
    expect(api.requests.length).toBeLessThanOrEqual(MOST);
  });

  test('a request that the third renewal heals succeeds', async () => {
    let sent = 0;
    const { api, connection } = await connect(jsforce, () => {
      sent += 1;
      const limits = { 'Sforce-Limit-Info': `api-usage=${sent}/1000` };
      return sent < MOST ? { ...ENDED, headers: limits } : { status: 200, json: RESULT };
    });
    expect(await connection.query(QUERY)).toMatchObject(RESULT);
    expect(api.requests).toHaveLength(MOST);
  });
});

test('a Connection class without requests, or with a callback, is left as it is', async () => {
  class Other {
    request(url, callback) {
      callback(null, url);
    }
  }
  const org = await startOrg();
  const manager = new JWTConnectionManager({ Connection: Other });
  const connection = await manager.getConnection(org.config);
  const done = jest.fn();
  connection.request('/x', done);
  expect(done).toHaveBeenCalledWith(null, '/x');
});
