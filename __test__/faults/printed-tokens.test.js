'use strict';

// What programs print that log the objects of this package.

const assert = require('node:assert');
const { format, inspect } = require('node:util');
const pkg = require('../..');
const { secretsIn, plant } = require('../../support/canaries');
const { stage } = require('../refresh-token/support');
const { startOrg } = require('../support/orgs');

const { JWTConnectionManager, SalesforceConnectionManager } = pkg;
const DEEP = { showHidden: true, depth: null };

/** Everything that `console.log` and its relatives print of a value. */
const printed = (value) =>
  [
    inspect(value),
    inspect(value, DEEP),
    inspect({ nested: { value: [value] } }, DEEP),
    inspect(new Map([[value, value]])),
    format('%s %o %O', value, value, value),
    format(value),
  ].join('\n');

/** A token, and a secret that no print may show. */
async function tokenOf(org) {
  const token = await new JWTConnectionManager().getAccessToken(org.config);
  plant('the access token', token.accessToken);
  return token;
}

describe('fault 82: a printed', () => {
  test('access token is hidden, and all else is shown', async () => {
    const org = await startOrg();
    const token = await tokenOf(org);
    expect(secretsIn(printed(token))).toEqual([]);
    expect(inspect(token)).toContain("accessToken: '(hidden)'");
    for (const shown of [org.instanceUrl, String(token.expiresAt), token.identityUrl]) {
      expect(inspect(token)).toContain(shown);
    }
  });

  test('Connection is a summary, also inside what refers to it', async () => {
    const org = await startOrg();
    const connection = await new JWTConnectionManager().getConnection(org.config);
    plant('the access token', connection.accessToken);
    for (const value of [connection, connection.sobject('Account'), connection.query('SELECT')]) {
      if (value instanceof Promise) value.catch(() => {});
      expect(secretsIn(printed(value))).toEqual([]);
    }
    expect(inspect(connection)).toMatch(/^Connection \{\n {2}instanceUrl: /);
    expect(inspect(connection)).toContain("accessToken: '(hidden)'");
    await connection.logout();
    expect(inspect(connection)).toContain('accessToken: null');
  });

  test('Connection of a class that prints itself is printed so', async () => {
    const { Connection } = require('jsforce');
    class Quiet extends Connection {
      [inspect.custom]() {
        return 'quiet';
      }
    }
    const { config } = await startOrg();
    const manager = new JWTConnectionManager({ Connection: Quiet });
    expect(inspect(await manager.getConnection(config))).toBe('quiet');
  });

  test('answer to an authorization code, and its request, are hidden', async () => {
    const { refreshToken: _, ...config } = (await stage()).config;
    const request = pkg.authorizationRequest(config);
    plant('the code verifier', request.codeVerifier);
    expect(secretsIn(printed(request))).toEqual([]);
    const { codeVerifier, url } = request;
    const answer = await fetch(url, { redirect: 'manual' });
    const code = new URL(answer.headers.get('location')).searchParams.get('code');
    const redeemed = await pkg.redeemAuthorizationCode(config, { code, codeVerifier });
    plant('the access token', redeemed.accessToken);
    plant('the refresh token', redeemed.refreshToken);
    expect(secretsIn(printed(redeemed))).toEqual([]);
    expect(inspect(redeemed)).toContain("refreshToken: '(hidden)'");
  });

  test('token response of the event refresh is hidden', async () => {
    const org = await startOrg({ rotation: true });
    const { clientId, clientSecret, refreshToken } = org.oauth;
    const config = { clientId, clientSecret, refreshToken, loginUrl: org.url };
    const manager = new SalesforceConnectionManager();
    const connection = await manager.getConnection({ ...config, onRefreshToken: () => {} });
    const responses = [];
    connection.on('refresh', (_, response) => responses.push(response));
    org.revokeAll();
    await connection.query('SELECT Id FROM Account LIMIT 1');
    const [response] = responses;
    plant('the new access token', response.access_token);
    plant('the new refresh token', response.refresh_token);
    expect(secretsIn(printed(response))).toEqual([]);
  });
});

test('fields, JSON, copies and comparisons of a token are what they were', async () => {
  const token = await tokenOf(await startOrg());
  const { accessToken, instanceUrl, expiresAt, identityUrl, scope } = token;
  const plain = { accessToken, instanceUrl, expiresAt, identityUrl, scope };
  assert.deepStrictEqual(token, plain);
  expect(token).toEqual(plain);
  expect(token).toStrictEqual(plain);
  expect(structuredClone(token)).toStrictEqual(plain);
  expect(JSON.parse(JSON.stringify(token))).toStrictEqual(plain);
  expect(Object.keys(token)).toEqual(Object.keys(plain));
  expect(Object.getPrototypeOf(token)).toBe(Object.prototype);
  expect(accessToken).toMatch(/^00D/);
});
