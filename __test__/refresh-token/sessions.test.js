'use strict';

const { getAuthError } = require('../..');
const { answerInPages } = require('../support/paged-org');
const { rejection } = require('../support/rejection');
const { QUERY, keeper, stage } = require('./support');

/** A Connection at an org that rotates, and the refresh tokens that were stored. */
async function connected() {
  const { kept, onRefreshToken } = keeper();
  const { org, config, manager } = await stage();
  const connection = await manager.getConnection({ ...config, onRefreshToken });
  org.resetStats();
  return { org, config, manager, connection, kept };
}

describe('after a revocation', () => {
  test('a query succeeds, for one renewal', async () => {
    const { org, connection, kept } = await connected();
    org.revokeAll();
    expect((await connection.query(QUERY)).totalSize).toBe(1);
    expect(org.stats()).toMatchObject({ tokenRequests: 1, rotations: 1, refreshTokenReuses: 0 });
    expect(kept).toHaveLength(2);
  });

  test('twenty queries at once share one renewal', async () => {
    const { org, connection, kept } = await connected();
    org.revokeAll();
    const all = await Promise.all(Array.from({ length: 20 }, () => connection.query(QUERY)));
    for (const { totalSize } of all) expect(totalSize).toBe(1);
    expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
    expect(kept).toHaveLength(2);
  });

  test('two Connections of one refresh token share one renewal', async () => {
    const { org, config, manager, connection } = await connected();
    const other = await manager.getConnection(config, undefined, 'other');
    const fresh = await manager.getConnection(config, undefined, undefined, { fresh: true });
    org.revokeAll();
    await Promise.all([connection, other, fresh].map((each) => each.query(QUERY)));
    expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
  });

  test('a record is created once', async () => {
    const { org, connection } = await connected();
    org.revokeAll();
    const { success } = await connection.sobject('Account').create({ Name: 'Once' });
    expect(success).toBe(true);
    const made = await connection.query("SELECT Id FROM Account WHERE Name = 'Once'");
    expect(made.totalSize).toBe(1);
    expect(org.stats().tokenRequests).toBe(1);
  });

  test('a batch of records is created once', async () => {
    const { org, connection } = await connected();
    org.revokeAll();
    const names = Array.from({ length: 5 }, (_, index) => ({ Name: `Batch ${index}` }));
    const results = await Promise.all(
      names.map((each) => connection.sobject('Account').create(each)),
    );
    expect(results.every(({ success }) => success)).toBe(true);
    expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
  });

  test('an ended session is renewed for the Bulk API', async () => {
    const { org, connection } = await connected();
    org.revokeAll();
    const job = connection.bulk.createJob('Account', 'insert');
    job.on('error', () => {});
    await expect(job.open()).rejects.toThrow(/no Bulk API/);
    expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
  });
});

test('a long query continues over a renewal before each of its pages', async () => {
  const { onRefreshToken } = keeper();
  const { org, config, manager } = await stage();
  await answerInPages(org, 3);
  const connection = await manager.getConnection({ ...config, onRefreshToken });
  let page = await connection.query('SELECT Id FROM Account LIMIT 8');
  const found = [...page.records];
  while (!page.done) {
    org.revokeAll();
    page = await connection.queryMore(page.nextRecordsUrl);
    found.push(...page.records);
  }
  expect(new Set(found.map(({ Id }) => Id)).size).toBe(8);
  expect(org.stats()).toMatchObject({ tokenRequests: 3, rejected401: 2, refreshTokenReuses: 0 });
});

describe('a loop of 401s ends', () => {
  test.each(['same', 'new'])('with the %s token, and later calls ask no more', async (tokens) => {
    const { org, connection } = await connected();
    const mend = org.inject({ kind: 'session-rejected', tokens });
    for (let time = 0; time < 4; time += 1) {
      const wrapper = await rejection(connection.query(QUERY));
      expect(getAuthError(wrapper, connection)).toMatchObject({
        code: 'SESSION_REJECTED',
        retryable: false,
      });
    }
    expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
    mend();
    expect((await connection.query(QUERY)).totalSize).toBe(1);
  });
});

test('a refresh token that was revoked meanwhile shows as what it is', async () => {
  const { org, config, connection } = await connected();
  org.revokeRefreshToken(config.refreshToken);
  for (const attempts of [1, 0]) {
    const wrapper = await rejection(connection.query(QUERY));
    expect(getAuthError(wrapper, connection)).toMatchObject({
      code: 'REFRESH_TOKEN_INVALID',
      attempts,
    });
  }
  expect(org.stats()).toMatchObject({ tokenRequests: 1, refreshTokenReuses: 0 });
});
