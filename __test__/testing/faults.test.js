'use strict';

const { startLocalOrg } = require('../../testing');
const { assertionFor, requestToken, login, now } = require('./peer');

let org;
beforeEach(async () => {
  org = await startLocalOrg();
});
afterEach(() => org.close());

const milliseconds = async (action) => {
  const start = performance.now();
  await action();
  return performance.now() - start;
};

describe('in place of the token endpoint', () => {
  afterEach(() => {
    expect(org.stats()).toMatchObject({ tokenRequests: 1, tokensIssued: 0, newSessions: 0 });
  });

  test('oauth-error', async () => {
    org.inject({ kind: 'oauth-error', error: 'invalid_grant', errorDescription: 'ip restricted' });
    const response = await requestToken(org);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: 'invalid_grant',
      error_description: 'ip restricted',
    });
  });

  test('oauth-error with a status', async () => {
    org.inject({ kind: 'oauth-error', status: 503, error: 'server_error' });
    const response = await requestToken(org);
    expect([response.status, await response.json()]).toEqual([503, { error: 'server_error' }]);
  });

  test('error-in-200', async () => {
    org.inject({ kind: 'error-in-200', error: 'server_error' });
    const response = await requestToken(org);
    expect([response.status, await response.json()]).toEqual([200, { error: 'server_error' }]);
  });

  test('html', async () => {
    org.inject({ kind: 'html', status: 502 });
    const response = await requestToken(org);
    expect(response.status).toBe(502);
    expect(response.headers.get('content-type')).toMatch('text/html');
    expect(await response.text()).toMatch(/^<!DOCTYPE html>/);
  });

  test('echo-request', async () => {
    org.inject({ kind: 'echo-request' });
    const assertion = assertionFor(org);
    const response = await requestToken(org, assertion);
    expect(response.status).toBe(500);
    expect(await response.text()).toContain(assertion);
  });

  test('redirect', async () => {
    org.inject({ kind: 'redirect', status: 307, location: 'https://example.com/' });
    const response = await requestToken(org, undefined, { redirect: 'manual' });
    expect(response.status).toBe(307);
    expect(response.headers.get('location')).toBe('https://example.com/');
  });

  test.each([30, 'Wed, 21 Oct 2026 07:28:00 GMT'])('unavailable until %s', async (retryAfter) => {
    org.inject({ kind: 'unavailable', retryAfter });
    const response = await requestToken(org);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe(String(retryAfter));
  });

  test('rate-limited', async () => {
    org.inject({ kind: 'rate-limited', retryAfter: 1 });
    const response = await requestToken(org);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('1');
  });

  test('rate-limited without a hint', async () => {
    org.inject({ kind: 'rate-limited' });
    expect((await requestToken(org)).headers.has('retry-after')).toBe(false);
  });

  test('huge-body', async () => {
    org.inject({ kind: 'huge-body', bytes: 200_001 });
    const response = await requestToken(org);
    expect(response.status).toBe(200);
    expect(response.headers.has('content-length')).toBe(false);
    expect((await response.arrayBuffer()).byteLength).toBe(200_001);
  });

  test('huge-body that nobody reads to its end', async () => {
    org.inject({ kind: 'huge-body' });
    const response = await requestToken(org);
    await response.body.cancel();
  });

  test('hang', async () => {
    org.inject({ kind: 'hang' });
    const asked = requestToken(org, undefined, { signal: AbortSignal.timeout(300) });
    await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('reset', async () => {
    org.inject({ kind: 'reset' });
    await expect(requestToken(org)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  });

  test('close', async () => {
    org.inject({ kind: 'close' });
    await expect(requestToken(org)).rejects.toMatchObject({ cause: { code: 'UND_ERR_SOCKET' } });
  });
});

describe('on the token endpoint’s own answer', () => {
  test('truncated-json', async () => {
    org.inject({ kind: 'truncated-json' });
    const response = await requestToken(org);
    expect(response.status).toBe(200);
    const body = await response.text();
    expect(body).toMatch(/^\{"access_token"/);
    expect(() => JSON.parse(body)).toThrow(SyntaxError);
  });

  test('missing-access-token', async () => {
    org.inject({ kind: 'missing-access-token' });
    const response = await login(org);
    expect(response).not.toHaveProperty('access_token');
    expect(response).toHaveProperty('instance_url', org.instanceUrl);
  });

  test.each([['a\r\nb'], [''], [7], [null], [{}]])('access-token %j', async (value) => {
    org.inject({ kind: 'access-token', value });
    expect(await login(org)).toHaveProperty('access_token', value);
  });

  test('instance-url', async () => {
    org.inject({ kind: 'instance-url', value: 'https://evil.example.com' });
    expect(await login(org)).toHaveProperty('instance_url', 'https://evil.example.com');
  });

  test('a change of a token response leaves a refusal as it is', async () => {
    org.inject({ kind: 'access-token', value: 'x' });
    const response = await requestToken(org, 'no assertion');
    expect(await response.json()).toEqual({
      error: 'invalid_grant',
      error_description: 'invalid assertion',
    });
  });

  test('delay, on top of the org’s own', async () => {
    await org.close();
    org = await startLocalOrg({ delay: 100 });
    expect(await milliseconds(() => requestToken(org))).toBeGreaterThan(95);
    org.inject({ kind: 'delay', ms: 200 }, { times: 1 });
    expect(await milliseconds(() => requestToken(org))).toBeGreaterThan(295);
  });

  test('slow-body', async () => {
    org.inject({ kind: 'slow-body', bytesPerSecond: 1000 });
    const took = await milliseconds(async () => {
      expect(await login(org)).toHaveProperty('access_token');
    });
    expect(took).toBeGreaterThan(250);
  });

  test('date-skew moves the clock that exp is held against', async () => {
    org.inject({ kind: 'date-skew', seconds: 3600 });
    const late = await requestToken(org);
    expect(await late.json()).toMatchObject({ error_description: 'expired authorization code' });
    const ahead = Date.parse(late.headers.get('date')) / 1000 - now();
    expect(Math.abs(ahead - 3600)).toBeLessThan(10);
    const corrected = await requestToken(org, assertionFor(org, { exp: now() + 3600 }));
    expect(corrected.status).toBe(200);
  });
});

describe('injected faults', () => {
  const status = async () => (await requestToken(org)).status;

  test('strike until they are removed', async () => {
    const mend = org.inject({ kind: 'unavailable' });
    expect([await status(), await status()]).toEqual([503, 503]);
    mend();
    expect(await status()).toBe(200);
  });

  test('strike so many times, the oldest first', async () => {
    org.inject({ kind: 'unavailable' }, { times: 2 });
    org.inject({ kind: 'rate-limited' }, { times: 1 });
    org.inject({ kind: 'html', status: 500 }, { times: 0 });
    expect([await status(), await status(), await status(), await status()]).toEqual([
      503, 503, 429, 200,
    ]);
  });

  test('alter an answer together, also one that is a fault itself', async () => {
    org.inject({ kind: 'unavailable' });
    org.inject({ kind: 'delay', ms: 200 });
    org.inject({ kind: 'date-skew', seconds: -86_400 });
    let response;
    const took = await milliseconds(async () => {
      response = await requestToken(org);
    });
    expect(response.status).toBe(503);
    expect(took).toBeGreaterThan(195);
    expect(Date.parse(response.headers.get('date'))).toBeLessThan(Date.now() - 80_000_000);
  });
});
