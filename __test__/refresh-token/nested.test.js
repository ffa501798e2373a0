'use strict';

const { SalesforceConnectionManager } = require('../..');
const { rejection, timed } = require('../support/rejection');
const { stage } = require('./support');

describe('a getConnection for the refresh token that the function is to read', () => {
  test.each([
    ['by one function', (ask) => ask],
    ['by a new one each time', (ask) => () => ask()],
  ])('is refused at once, %s', async (_, wrap) => {
    const { config, manager } = await stage();
    const { refreshToken: token, ...app } = config;
    await manager.getConnection(app, token, 'prod');
    for (const cacheKey of [undefined, 'prod']) {
      const ask = async () => {
        await manager.getConnection(app, wrap(ask), cacheKey);
        return token;
      };
      const { result, took } = await timed(() =>
        rejection(manager.getConnection(app, ask, cacheKey)),
      );
      expect(result).toMatchObject({ code: 'REFRESH_TOKEN_UNAVAILABLE' });
      expect(took).toBeLessThan(2_000);
    }
  });

  test('for another refresh token is welcome', async () => {
    const { org, config, manager } = await stage();
    const { refreshToken: token, ...app } = config;
    const vault = new SalesforceConnectionManager();
    const read = async () => {
      await vault.getConnection(app, async () => org.issueRefreshToken());
      return token;
    };
    expect(await manager.getConnection(app, read)).toBeDefined();
  });
});
