'use strict';

const { takeBatches } = require('../support/batch-org');
const { rejection } = require('../support/rejection');
const { keeper, stage } = require('./support');

const HEALED = { tokenRequests: 1, rotations: 1, refreshTokenReuses: 0 };

/** A Connection at an org that rotates and takes batches. */
async function connected() {
  const { kept, onRefreshToken } = keeper();
  const { org, config, manager } = await stage();
  const host = await takeBatches(org);
  const connection = await manager.getConnection({ ...config, onRefreshToken });
  connection.bulk.pollInterval = 10;
  org.resetStats();
  return { org, host, connection, kept };
}

/** Ends the session when the host has got its request of that number, before it is looked at. */
function revokeAt(number, { host, org }) {
  let count = 0;
  host.on('request', () => {
    count += 1;
    if (count === number) org.revokeAll();
  });
}

const accounts = (count) => Array.from({ length: count }, (_, index) => ({ Name: `B${index}` }));

/** The names that the org has of them, in alphabetical order. */
async function made({ connection }) {
  const { records } = await connection.query('SELECT Name FROM Account');
  return records
    .map(({ Name }) => Name)
    .filter((name) => /^B\d/.test(name))
    .sort();
}

const namesOf = (records) => records.map(({ Name }) => Name).sort();

describe('a collection of records is created once', () => {
  test('in a session that was over before', async () => {
    const stand = await connected();
    revokeAt(1, stand);
    const results = await stand.connection.sobject('Account').create(accounts(20));
    expect(results.every(({ success }) => success)).toBe(true);
    expect(await made(stand)).toEqual(namesOf(accounts(20)));
    expect(stand.org.stats()).toMatchObject({ ...HEALED, rejected401: 1 });
    expect(stand.kept).toHaveLength(2);
  });

  test('in a session that ends between two of its requests', async () => {
    const stand = await connected();
    revokeAt(2, stand);
    const all = stand.connection.sobject('Account');
    const results = await all.create(accounts(201), { allowRecursive: true });
    expect(results.filter(({ success }) => success)).toHaveLength(201);
    expect(await made(stand)).toEqual(namesOf(accounts(201)));
    expect(stand.org.stats()).toMatchObject({ ...HEALED, rejected401: 1 });
  });

  test('when five are sent at once', async () => {
    const stand = await connected();
    stand.org.revokeAll();
    const all = accounts(25);
    const parts = [0, 5, 10, 15, 20].map((from) => all.slice(from, from + 5));
    await Promise.all(parts.map((part) => stand.connection.sobject('Account').create(part)));
    expect(await made(stand)).toEqual(namesOf(all));
    expect(stand.org.stats()).toMatchObject(HEALED);
  });
});

// The body of an upload is a stream, and it has flowed away by the time that the 401 comes.
const UPLOAD = 'which jsforce sends again without its data, and a second upload is taken';

describe('a job of Bulk API 2.0 inserts each record once', () => {
  const load = ({ bulk2 }) =>
    bulk2.loadAndWaitForResults({
      object: 'Account',
      operation: 'insert',
      input: accounts(10),
      pollInterval: 10,
    });

  test.each([
    [1, 'it is opened'],
    [3, 'it is closed'],
    [4, 'it is asked for'],
    [5, 'its results are fetched'],
    [7, 'its last result is fetched'],
  ])('when the session ends as request %i comes, by which %s', async (number) => {
    const stand = await connected();
    revokeAt(number, stand);
    const { successfulResults, failedResults } = await load(stand.connection);
    expect(successfulResults).toHaveLength(10);
    expect(failedResults).toHaveLength(0);
    expect(await made(stand)).toEqual(namesOf(accounts(10)));
    expect(stand.org.stats()).toMatchObject(HEALED);
    expect(stand.kept).toHaveLength(2);
  });

  test(`when it ends at the upload, ${UPLOAD}`, async () => {
    const stand = await connected();
    revokeAt(2, stand);
    const { bulk2 } = stand.connection;
    const job = bulk2.createJob({ object: 'Account', operation: 'insert' });
    const { id } = await job.open();
    const lost = await rejection(job.uploadData(accounts(10)));
    expect(lost.errorCode).toBe('ERROR_HTTP_408');
    expect(stand.org.stats()).toMatchObject(HEALED);

    const again = bulk2.job('ingest', { id });
    await again.check();
    await again.uploadData(accounts(10));
    await again.close();
    expect(await made(stand)).toEqual(namesOf(accounts(10)));
    expect(stand.org.stats()).toMatchObject(HEALED);
  });
});

describe('a job of Bulk API 1.0 inserts each record once', () => {
  test.each([
    [1, 'it is opened'],
    [3, 'it is asked for'],
    [4, 'its results are fetched'],
    [5, 'it is closed'],
  ])('when the session ends as request %i comes, by which %s', async (number) => {
    const stand = await connected();
    revokeAt(number, stand);
    const closed = new Promise((resolve) => {
      stand.host.on('request', ({ method, url }, response) => {
        if (method === 'POST' && /\/job\/\w+$/.test(url)) {
          response.on('finish', () => response.statusCode === 200 && resolve());
        }
      });
    });
    const results = await stand.connection.bulk.load('Account', 'insert', accounts(10));
    await closed;
    expect(results.filter(({ success }) => success)).toHaveLength(10);
    expect(await made(stand)).toEqual(namesOf(accounts(10)));
    expect(stand.org.stats()).toMatchObject(HEALED);
    expect(stand.kept).toHaveLength(2);
  });

  test(`when it ends at the batch, ${UPLOAD}`, async () => {
    const stand = await connected();
    revokeAt(2, stand);
    const job = stand.connection.bulk.createJob('Account', 'insert');
    const execute = () => {
      const batch = job.createBatch();
      batch.on('queue', () => batch.poll(10, 5000));
      return batch.execute(accounts(10));
    };
    const lost = await rejection(execute());
    expect(lost.errorCode).toBe('ERROR_HTTP_408');
    expect(stand.org.stats()).toMatchObject(HEALED);

    expect(await execute()).toHaveLength(10);
    expect(await made(stand)).toEqual(namesOf(accounts(10)));
    expect(stand.org.stats()).toMatchObject(HEALED);
  });
});
