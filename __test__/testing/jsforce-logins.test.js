'use strict';

const { Connection, OAuth2 } = require('jsforce');
const { startLocalOrg } = require('../../testing');

const SOQL = 'SELECT Id FROM Account LIMIT 1';

let org;
afterEach(() => org.close());

async function start(options) {
  org = await startLocalOrg(options);
  const { refreshToken, ...config } = org.oauth;
  return { config, refreshToken };
}

/** A Connection whose access token is already over. */
function openConnection({ config, refreshToken }) {
  const { instanceUrl } = org;
  return new Connection({ oauth2: config, instanceUrl, accessToken: 'over', refreshToken });
}

describe('OAuth2 of jsforce', () => {
  test('takes an approval from the browser to the first query, with PKCE', async () => {
    const { config } = await start();
    const oauth2 = new OAuth2({ ...config, useVerifier: true });
    const page = oauth2.getAuthorizationUrl({ scope: 'api refresh_token', state: 'x' });
    const { headers } = await fetch(page, { redirect: 'manual' });
    const { searchParams } = new URL(headers.get('location'));
    expect(searchParams.get('state')).toBe('x');

    const connection = new Connection({ oauth2 });
    await connection.authorize(searchParams.get('code'));
    expect(connection.refreshToken).toMatch(/^5Aep861/);
    expect((await connection.query(SOQL)).totalSize).toBe(1);
    await expect(connection.authorize(searchParams.get('code'))).rejects.toMatchObject({
      name: 'invalid_grant',
      message: 'expired authorization code',
    });
  });

  test('is refused without the verifier', async () => {
    const { config } = await start();
    const page = new OAuth2({ ...config, useVerifier: true }).getAuthorizationUrl();
    const { headers } = await fetch(page, { redirect: 'manual' });
    const code = new URL(headers.get('location')).searchParams.get('code');
    await expect(new OAuth2(config).requestToken(code)).rejects.toMatchObject({
      name: 'invalid_grant',
      message: 'invalid code verifier',
    });
  });

  test('refreshes, and is told of every rotation', async () => {
    const { config, refreshToken } = await start({ rotation: true });
    const oauth2 = new OAuth2(config);
    const first = await oauth2.refreshToken(refreshToken);
    const second = await oauth2.refreshToken(first.refresh_token);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    await expect(oauth2.refreshToken(refreshToken)).rejects.toMatchObject({
      name: 'invalid_grant',
      message: 'expired access/refresh token',
    });
  });

  test('revokes', async () => {
    const { config, refreshToken } = await start();
    const oauth2 = new OAuth2(config);
    await oauth2.revokeToken(refreshToken);
    await expect(oauth2.refreshToken(refreshToken)).rejects.toThrow('expired access/refresh token');
  });
});

describe('a Connection of jsforce with a refresh token', () => {
  test('renews its access token whenever that is over', async () => {
    const connection = openConnection(await start());
    for (let round = 1; round <= 3; round += 1) {
      expect((await connection.query(SOQL)).totalSize).toBe(1);
      expect(org.stats().newSessions).toBe(round);
      org.revokeAll();
    }
  });

  test('drops the rotated refresh token, and presents the spent one', async () => {
    const connection = openConnection(await start({ rotation: true }));
    const heard = [];
    connection.on('refresh', (_, response) => heard.push(response.refresh_token));
    await connection.query(SOQL);
    expect(heard).toEqual([expect.stringMatching(/^5Aep861/)]);
    expect(connection.refreshToken).toBe(org.oauth.refreshToken);
    org.revokeAll();
    await expect(connection.query(SOQL)).rejects.toThrow('expired access/refresh token');
    expect(org.stats()).toMatchObject({ refreshTokenReuses: 1, familiesRevoked: 1 });
  });
});
