'use strict';

// What a Connection does about 401s of the API, as plain functions, so that they run under any
// version of Node.js and with any jsforce. Each takes what `prepare` gives.

const assert = require('node:assert/strict');

const QUERY = 'SELECT Id FROM Account LIMIT 1';
const REJECTED = { code: 'SESSION_REJECTED', retryable: false };

/**
 * @param {new (config: object) => any} Connection of the jsforce to be tested
 * @param {typeof import('../..')} pkg
 * @param {typeof import('../../testing').startLocalOrg} startLocalOrg
 */
async function prepare(Connection, pkg, startLocalOrg) {
  const org = await startLocalOrg();
  const manager = new pkg.JWTConnectionManager({ Connection });
  const connection = await manager.getConnection(org.config);
  return { Connection, pkg, org, manager, connection };
}

/** How many token requests an action takes. */
async function requestsOf(org, action) {
  const before = org.stats().tokenRequests;
  await action();
  return org.stats().tokenRequests - before;
}

/** What a query fails with, as the package knows it. */
async function refusalOf({ pkg, connection }, ask = () => connection.query(QUERY)) {
  const error = await ask().then(
    () => assert.fail('the query succeeded'),
    (caught) => caught,
  );
  const found = pkg.getAuthError(error, connection);
  assert.ok(found, `not an error of the package: ${error}`);
  return found;
}

function assertIs(error, expected) {
  for (const [name, value] of Object.entries(expected)) assert.equal(error[name], value, name);
}

const scenarios = {
  async 'fault 14: a query after a revocation succeeds, for one request'({ org, connection }) {
    org.revokeAll();
    const requests = await requestsOf(org, async () => {
      assert.equal((await connection.query(QUERY)).totalSize, 1);
    });
    assert.equal(requests, 1);
    assert.equal(await requestsOf(org, () => connection.query(QUERY)), 0);
  },

  async 'a record is created once after a revocation, for one request'({ org, connection }) {
    org.revokeAll();
    const requests = await requestsOf(org, async () => {
      const { success } = await connection.sobject('Account').create({ Name: 'Once' });
      assert.equal(success, true);
    });
    assert.equal(requests, 1);
    const made = await connection.query("SELECT Id FROM Account WHERE Name = 'Once'");
    assert.equal(made.totalSize, 1);
  },

  async 'twenty parallel queries after a revocation share one request'({ org, connection }) {
    org.revokeAll();
    const requests = await requestsOf(org, async () => {
      const all = await Promise.all(Array.from({ length: 20 }, () => connection.query(QUERY)));
      for (const { totalSize } of all) assert.equal(totalSize, 1);
    });
    assert.equal(requests, 1);
  },

  // The next two APIs are not there: whose session is renewed gets as far as being told so.
  async 'an ended session is renewed for the SOAP API'({ org, connection }) {
    org.revokeAll();
    const lead = { leadId: '00Q000000000001', convertedStatus: 'Closed' };
    const requests = await requestsOf(org, () =>
      assert.rejects(connection.soap.convertLead(lead), /no SOAP API/),
    );
    assert.equal(requests, 1);
  },

  async 'an ended session is renewed for the Bulk API'({ org, connection }) {
    org.revokeAll();
    const job = connection.bulk.createJob('Account', 'insert');
    job.on('error', () => {});
    const requests = await requestsOf(org, () => assert.rejects(job.open(), /no Bulk API/));
    assert.equal(requests, 1);
  },

  async 'fault 29: the shared Connection and fresh ones share one request'({
    org,
    manager,
    connection,
  }) {
    const one = await manager.getConnection(org.config, { fresh: true });
    const two = await manager.getConnection(org.config, { fresh: true });
    org.revokeAll();
    const requests = await requestsOf(org, async () => {
      await one.query(QUERY);
      await connection.query(QUERY);
      await two.query(QUERY); // still carries the old token, and is refused when another is there
    });
    assert.equal(requests, 1);
    assert.equal(org.stats().rejected401, 2);
    assert.equal(new Set([one, two, connection].map((each) => each.accessToken)).size, 1);
  },

  async 'both Connections at the same moment share one request'({ org, manager, connection }) {
    const fresh = await manager.getConnection(org.config, { fresh: true });
    org.revokeAll();
    const both = () => Promise.all([fresh.query(QUERY), connection.query(QUERY)]);
    assert.equal(await requestsOf(org, both), 1);
    assert.equal(fresh.accessToken, connection.accessToken);
  },

  async 'fault 30: revocations with a success between them all heal'({ org, connection }) {
    for (let time = 1; time <= 2; time += 1) {
      org.revokeAll();
      assert.equal(await requestsOf(org, () => connection.query(QUERY)), 1, `time ${time}`);
      await connection.query(QUERY);
    }
  },

  async 'two logins that differ in the API version heal from one revocation each'(given) {
    const { org, manager, connection } = given;
    const other = await manager.getConnection({ ...org.config, version: '60.0' });
    for (let time = 1; time <= 2; time += 1) {
      org.revokeAll();
      const both = async () => {
        assert.equal((await connection.query(QUERY)).totalSize, 1);
        assert.equal((await other.query(QUERY)).totalSize, 1);
      };
      assert.equal(await requestsOf(org, both), 1, `time ${time}`);
    }
  },

  async 'a token that was adopted from another login is not on trial'({
    org,
    manager,
    connection,
  }) {
    const other = await manager.getConnection({ ...org.config, version: '60.0' });
    org.revokeAll();
    await connection.query(QUERY); // mints
    await other.query(QUERY).catch(() => assert.fail('the adopted token works'));
    org.revokeAll();
    assert.equal((await other.query(QUERY)).totalSize, 1);
  },

  async 'a refused token is replaced also where it is kept under a newer number'(given) {
    const { org, manager, connection } = given;
    // Salesforce gives the token that lives again.
    await manager.clearAllTokens();
    const again = await manager.getConnection({ ...org.config, version: '60.0' });
    assert.equal(again.accessToken, connection.accessToken);
    org.revokeAll();
    const requests = await requestsOf(org, async () => {
      assert.equal((await connection.query(QUERY)).totalSize, 1);
      assert.equal((await again.query(QUERY)).totalSize, 1);
    });
    assert.equal(requests, 1);
  },

  async 'what was renewed is what the manager hands out next'({ org, manager, connection }) {
    const old = connection.accessToken;
    org.revokeAll();
    await connection.query(QUERY);
    const { accessToken } = await manager.getAccessToken(org.config);
    assert.notEqual(accessToken, old);
    assert.equal(connection.accessToken, accessToken);
    assert.equal(await manager.getConnection(org.config), connection);
  },

  async 'a request that is refused shows as what it is'(given) {
    const { org, connection, manager } = given;
    const mend = org.inject({
      kind: 'oauth-error',
      error: 'invalid_grant',
      errorDescription: 'inactive user',
    });
    org.revokeAll();
    assertIs(await refusalOf(given), { code: 'USER_INACTIVE', status: 400, attempts: 1 });
    mend();
    // The refusal is remembered, also for Connections that were there before.
    assertIs(await refusalOf(given), { code: 'USER_INACTIVE', attempts: 0 });
    manager.clearAllTokens();
    assert.equal((await connection.query(QUERY)).totalSize, 1);
  },
};

for (const tokens of ['same', 'new']) {
  scenarios[`fault 30: a 401 for ever with the ${tokens} token ends, after at most one request`] =
    async (given) => {
      const { org, connection } = given;
      const mend = org.inject({ kind: 'session-rejected', tokens });
      const requests = await requestsOf(org, async () => {
        assertIs(await refusalOf(given), REJECTED);
      });
      assert.equal(requests, 1);
      // A token that comes back is not tried again.
      assert.equal(org.stats().rejected401, tokens === 'same' ? 1 : 2);

      const more = await requestsOf(org, async () => {
        for (let time = 0; time < 5; time += 1) assertIs(await refusalOf(given), REJECTED);
      });
      assert.equal(more, 0, 'later calls ask no more');

      mend();
      assert.equal((await connection.query(QUERY)).totalSize, 1, 'it heals when the org does');
    };

  scenarios[`20 parallel calls that get 401 for ever with the ${tokens} token all end`] = async (
    given,
  ) => {
    given.org.inject({ kind: 'session-rejected', tokens });
    const requests = await requestsOf(given.org, async () => {
      const all = Array.from({ length: 20 }, () => refusalOf(given));
      for (const error of await Promise.all(all)) assertIs(error, REJECTED);
    });
    assert.ok(requests <= 1, `${requests} requests`);
  };
}

/** Runs one scenario on an org of its own. */
async function runScenario(name, Connection, pkg, startLocalOrg) {
  const given = await prepare(Connection, pkg, startLocalOrg);
  try {
    await scenarios[name](given);
  } finally {
    await given.org.close();
  }
}

module.exports = { names: Object.keys(scenarios), runScenario };
