'use strict';

const { Connection } = require('jsforce');
const { startLocalOrg } = require('../../testing');
const { callApi, login } = require('./peer');

let org;
let connection;

beforeEach(async () => {
  org = await startLocalOrg();
  connection = await connect();
});
afterEach(() => org.close());

/** A Connection of the real jsforce, which logs in anew when its session is over. */
async function connect() {
  const { access_token: accessToken, instance_url: instanceUrl } = await login(org);
  return new Connection({
    accessToken,
    instanceUrl,
    version: '66.0',
    refreshFn: (_, callback) =>
      login(org).then(({ access_token }) => callback(null, access_token), callback),
  });
}

describe('records', () => {
  test('are created, retrieved, updated and destroyed', async () => {
    const accounts = connection.sobject('Account');
    const { id, success } = await accounts.create({ Name: 'Acme', Tier__c: 'gold' });
    expect(success).toBe(true);
    expect(await accounts.retrieve(id)).toMatchObject({
      attributes: { type: 'Account', url: `/services/data/v66.0/sobjects/Account/${id}` },
      Id: id,
      Name: 'Acme',
      Industry: null,
      Tier__c: 'gold',
    });
    expect(await accounts.update({ Id: id, Name: 'Acme Ltd' })).toMatchObject({ success: true });
    expect(await accounts.retrieve(id.slice(0, 15))).toMatchObject({ Name: 'Acme Ltd' });
    expect(await accounts.destroy(id)).toMatchObject({ success: true });
    await expect(accounts.retrieve(id)).rejects.toMatchObject({ errorCode: 'NOT_FOUND' });
  });

  test.each([
    ['REQUIRED_FIELD_MISSING', () => connection.create('Contact', { FirstName: 'Ada' })],
    ['INVALID_FIELD', () => connection.create('Account', { Name: 'x', Colour: 'red' })],
    ['NOT_FOUND', () => connection.create('Nothing', { Name: 'x' })],
    ['NOT_FOUND', () => connection.update('Account', { Id: '001000000000099AAA', Name: 'x' })],
    ['NOT_FOUND', () => connection.destroy('Account', '001000000000099AAA')],
    ['NOT_FOUND', () => connection.request('/nothing')],
    [
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      () => connection.requestPost('/sobjects/Account', { Id: '001000000000099AAA', Name: 'x' }),
    ],
    ['METHOD_NOT_ALLOWED', () => connection.requestPut('/sobjects/Account/001', { Name: 'x' })],
    [
      'JSON_PARSER_ERROR',
      () => connection.request({ method: 'POST', url: '/sobjects/Account', body: '{' }),
    ],
    ['JSON_PARSER_ERROR', () => connection.requestPost('/sobjects/Account', 7)],
  ])('answer %s', async (errorCode, call) => {
    await expect(call()).rejects.toMatchObject({ errorCode });
  });

  test('are described', async () => {
    const { name, fields } = await connection.describe('Contact');
    expect(name).toBe('Contact');
    expect(fields).toContainEqual({ name: 'Email', label: 'Email', type: 'email' });
  });
});

describe('a query', () => {
  const numbers = async (rest) => {
    const { records } = await connection.query(`SELECT Name FROM Account ${rest}`);
    return records.map(({ Name }) => Number(Name.slice(-2)));
  };

  test('brings the fields it names, with attributes', async () => {
    const { totalSize, done, records } = await connection.query(
      'select id, NAME from account limit 1',
    );
    expect({ totalSize, done }).toEqual({ totalSize: 1, done: true });
    const url = '/services/data/v66.0/sobjects/Account/001000000000001AAA';
    expect(records).toEqual([
      { attributes: { type: 'Account', url }, Id: '001000000000001AAA', Name: 'Account 01' },
    ]);
  });

  test('counts', async () => {
    const { totalSize, records } = await connection.query('SELECT COUNT() FROM Contact');
    expect({ totalSize, records }).toEqual({ totalSize: 4, records: [] });
  });

  test.each([
    ["WHERE Name = 'ACCOUNT 07'", [7]],
    ["WHERE Name != 'Account 01' AND AnnualRevenue < 3000000", [2]],
    ['WHERE AnnualRevenue > 11000000', [12]],
    ['WHERE AnnualRevenue >= 11000000', [11, 12]],
    ['WHERE NumberOfEmployees <= 20', [1, 2]],
    ["WHERE Name LIKE '%t 1_'", [10, 11, 12]],
    ["WHERE Name LIKE 'Account'", []],
    ["WHERE Industry = 'Energy' AND Website = null AND Name LIKE '%0%'", [3, 6, 9]],
    ['WHERE Website != null', []],
    ['WHERE Website < 5', []],
    ['WHERE CreatedDate > 2020-01-01T00:00:00Z AND AnnualRevenue = 4000000.0', [4]],
    ['WHERE CreatedDate < 2020-01-01', []],
    ["WHERE Name = 'it\\'s'", []],
    ['WHERE Active__c = true', []],
    ['ORDER BY AnnualRevenue DESC LIMIT 2', [12, 11]],
    ['ORDER BY Website ASC LIMIT 1', [1]],
    ['LIMIT 0', []],
  ])('of Account %s', async (rest, expected) => {
    expect(await numbers(rest)).toEqual(expected);
  });

  test('sorts nulls first', async () => {
    await connection.update('Account', { Id: '001000000000005AAA', Website: 'b' });
    await connection.update('Account', { Id: '001000000000004AAA', Website: 'a' });
    expect((await numbers('ORDER BY Website')).slice(-2)).toEqual([4, 5]);
    expect((await numbers('ORDER BY Website DESC')).slice(0, 2)).toEqual([5, 4]);
  });

  test.each([
    ['MALFORMED_QUERY', ''],
    ['MALFORMED_QUERY', 'SELECT FROM Account'],
    ['MALFORMED_QUERY', 'SELECT Id FROM Account WHERE'],
    ['MALFORMED_QUERY', "SELECT Id FROM Account WHERE Name IN ('a')"],
    ['MALFORMED_QUERY', "SELECT Id FROM Account WHERE Name = 'a' OR Name = 'b'"],
    ['MALFORMED_QUERY', "SELECT Id FROM Account WHERE Name = 'a"],
    ['MALFORMED_QUERY', 'SELECT Id FROM Account WHERE Name = a'],
    ['MALFORMED_QUERY', 'SELECT Id FROM Account LIMIT x'],
    ['MALFORMED_QUERY', 'SELECT Account.Name FROM Contact'],
    ['INVALID_TYPE', 'SELECT Id FROM Nothing'],
    ['INVALID_FIELD', 'SELECT Colour FROM Account'],
    ['INVALID_FIELD', "SELECT Id FROM Account WHERE Colour = 'red'"],
    ['INVALID_FIELD', 'SELECT Id FROM Account ORDER BY Colour'],
  ])('answers %s to %j', async (errorCode, soql) => {
    await expect(connection.query(soql)).rejects.toMatchObject({ errorCode });
  });
});

describe('API usage', () => {
  test('is told with every success', async () => {
    await connection.query('SELECT Id FROM Account');
    expect(connection.limitInfo).toEqual({ apiUsage: { used: 1, limit: 15_000 } });
    const { DailyApiRequests } = await connection.limits();
    expect(DailyApiRequests).toEqual({ Max: 15_000, Remaining: 14_998 });
  });

  test('is not told with a 401', async () => {
    const response = await callApi(org, 'x');
    expect(response.status).toBe(401);
    expect(response.headers.has('sforce-limit-info')).toBe(false);
  });
});

test('versions are told to anyone', async () => {
  const response = await fetch(`${org.instanceUrl}/services/data`);
  expect(await response.json()).toContainEqual({
    label: "Spring '26",
    url: '/services/data/v66.0',
    version: '66.0',
  });
});

test('a Connection learns its identity', async () => {
  expect(await connection.identity()).toMatchObject({ username: org.config.username });
});

describe('an expired session is noticed by jsforce', () => {
  beforeEach(() => org.revokeAll());
  afterEach(() => {
    expect(org.stats()).toMatchObject({ newSessions: 2, rejected401: 1 });
  });

  test('in REST, as a 401', async () => {
    const { totalSize } = await connection.query('SELECT COUNT() FROM Account');
    expect(totalSize).toBe(12);
  });

  test('in Bulk v1, as a 400', async () => {
    const job = connection.bulk.createJob('Account', 'insert');
    await expect(job.open()).rejects.toThrow('The local org has no Bulk API');
  });

  test('in SOAP, as a fault', async () => {
    await expect(connection.soap.getServerTimestamp()).rejects.toThrow(
      'The local org has no SOAP API',
    );
  });
});

describe('faults', () => {
  test('session-rejected with the same token each time', async () => {
    const mend = org.inject({ kind: 'session-rejected', tokens: 'same' });
    const before = connection.accessToken;
    const { access_token } = await login(org);
    expect(access_token).toBe(before);
    expect((await callApi(org, access_token)).status).toBe(401);
    mend();
    expect((await callApi(org, access_token)).status).toBe(200);
  });

  test('session-rejected with a new token each time', async () => {
    org.inject({ kind: 'session-rejected', tokens: 'new' });
    const tokens = [connection.accessToken];
    for (let time = 0; time < 2; time += 1) {
      const { access_token } = await login(org);
      expect((await callApi(org, access_token)).status).toBe(401);
      tokens.push(access_token);
    }
    expect(new Set(tokens).size).toBe(3);
  });

  test('session-rejected so many times', async () => {
    org.inject({ kind: 'session-rejected', tokens: 'same' }, { times: 2 });
    await connection.query('SELECT Id FROM Account');
    expect(org.stats()).toMatchObject({ rejected401: 2, tokenRequests: 3, newSessions: 1 });
  });

  test('rest-error', async () => {
    const message = 'TotalRequests Limit exceeded.';
    const errorCode = 'REQUEST_LIMIT_EXCEEDED';
    org.inject({ kind: 'rest-error', status: 403, errorCode, message }, { times: 1 });
    const query = () => connection.query('SELECT Id FROM Account');
    await expect(query()).rejects.toMatchObject({ errorCode, message });
    expect((await query()).totalSize).toBe(12);
  });
});
