'use strict';

const { Connection } = require('jsforce');
const { startLocalOrg } = require('../../testing');
const { login } = require('./peer');

let org;
let accounts;

beforeEach(async () => {
  org = await startLocalOrg();
  accounts = await connect('66.0');
});
afterEach(() => org.close());

/** The accounts of an org, by the real jsforce. */
async function connect(version) {
  const { access_token: accessToken, instance_url: instanceUrl } = await login(org);
  return new Connection({ accessToken, instanceUrl, version }).sobject('Account');
}

/** Calls the REST API below the accounts; resolves to the HTTP response. */
async function call(method, path, body) {
  const { access_token } = await login(org);
  return fetch(`${org.instanceUrl}/services/data/v66.0/sobjects/Account/${path}`, {
    method,
    headers: { Authorization: `Bearer ${access_token}`, 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
}

describe('fault 85: an upsert', () => {
  test('creates the record once, and updates it from then on', async () => {
    const first = await accounts
      .upsert({ Name: 'Acme', ERP__c: 'a 7/ä' }, 'ERP__c')
      .catch((e) => e);
    expect(first).toMatchObject({ errorCode: 'NOT_FOUND' }); // jsforce does not encode the slash
    const created = await accounts.upsert({ Name: 'Acme', ERP__c: 'a 7ä' }, 'ERP__c');
    expect(created).toEqual({ id: expect.any(String), success: true, errors: [], created: true });
    const updated = await accounts.upsert({ Name: 'Acme Ltd', ERP__c: 'A 7Ä' }, 'ERP__c');
    expect(updated).toEqual({ ...created, created: false });
    expect(await accounts.retrieve(created.id)).toMatchObject({ Name: 'Acme Ltd', ERP__c: 'a 7ä' });
    expect(await accounts.count({ Name: 'Acme Ltd' })).toBe(1);
  });

  test('is answered with 201 and 200', async () => {
    expect((await call('PATCH', 'ERP__c/7', { Name: 'Acme' })).status).toBe(201);
    expect((await call('PATCH', 'erp__c/7', { Name: 'Acme' })).status).toBe(200);
  });

  test('does not say in old versions of the API whether it created', async () => {
    const old = await connect('45.0');
    const created = await old.upsert({ Name: 'Acme', ERP__c: '7' }, 'ERP__c');
    expect(created).toEqual({ id: expect.any(String), success: true, errors: [] });
    const updated = await old.upsert({ Name: 'Acme Ltd', ERP__c: '7' }, 'ERP__c');
    expect(updated).toEqual({ success: true, errors: [] });
    expect(await old.retrieve(created.id)).toMatchObject({ Name: 'Acme Ltd' });
  });

  test('creates nothing if it says updateOnly', async () => {
    const response = await call('PATCH', 'ERP__c/7?updateOnly=true', { Name: 'Acme' });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject([{ errorCode: 'NOT_FOUND' }]);
  });

  test('is refused if several records have the value', async () => {
    const ids = [];
    for (const Name of ['a', 'b']) ids.push((await accounts.create({ Name, ERP__c: '7' })).id);
    const refused = accounts.upsert({ Name: 'c', ERP__c: '7' }, 'ERP__c');
    await expect(refused).rejects.toMatchObject({ errorCode: 'MULTIPLE_CHOICES' });
    const response = await call('PATCH', 'ERP__c/7', { Name: 'c' });
    expect(response.status).toBe(300);
    const paths = ids.map((id) => `/services/data/v66.0/sobjects/Account/${id}`);
    expect(await response.json()).toEqual(paths);
  });

  test.each([
    [404, 'NOT_FOUND', 'Name/x', { Industry: 'Energy' }],
    [404, 'NOT_FOUND', 'Nothing/x', { Name: 'x' }],
    [404, 'NOT_FOUND', 'Id/001000000000099AAA', { Name: 'x' }],
    [404, 'NOT_FOUND', 'ERP__c/%E0%A4%A', { Name: 'x' }],
    [404, 'NOT_FOUND', 'ERP__c/7/8', { Name: 'x' }],
    [400, 'INVALID_FIELD', 'ERP__c/7', { Name: 'x', erp__c: '7' }],
    [400, 'INVALID_FIELD', 'ERP__c/7', { Name: 'x', Colour: 'red' }],
    [400, 'REQUIRED_FIELD_MISSING', 'ERP__c/7', { Industry: 'Energy' }],
    [400, 'JSON_PARSER_ERROR', 'ERP__c/7', { Name: { toString: null } }],
    [400, 'JSON_PARSER_ERROR', 'ERP__c/7', { Name: ['x'] }],
    [400, 'JSON_PARSER_ERROR', 'ERP__c/7', [{ Name: 'x' }]],
  ])('is answered with %d %s at %s', async (status, errorCode, path, body) => {
    const response = await call('PATCH', path, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject([{ errorCode }]);
  });

  test('names the field that is no external id, and the one that the body may not have', async () => {
    const messageOf = async (response) => (await response.json())[0].message;
    expect(await messageOf(await call('PATCH', 'Name/x', {}))).toBe(
      'Provided external ID field does not exist or is not accessible: Name',
    );
    expect(await messageOf(await call('PATCH', 'ERP__c/7', { ERP__c: '7' }))).toBe(
      'The ERP__c field should not be specified in the sobject data.',
    );
  });
});

test('a record with an external id is retrieved and deleted by it', async () => {
  const { id } = await accounts.create({ Name: 'Acme', ERP__c: 7 });
  expect(await (await call('GET', 'ERP__c/7?fields=Name')).json()).toEqual({
    attributes: { type: 'Account', url: `/services/data/v66.0/sobjects/Account/${id}` },
    Name: 'Acme',
  });
  expect((await call('PUT', 'ERP__c/7')).status).toBe(405);
  expect((await call('DELETE', 'ERP__c/7')).status).toBe(204);
  expect((await call('GET', 'ERP__c/7')).status).toBe(404);
  expect((await call('DELETE', 'ERP__c/7')).status).toBe(404);
});

test('the id is an external id, too', async () => {
  expect((await call('POST', 'Id', { Name: 'Acme' })).status).toBe(201);
  const { id } = await accounts.create({ Name: 'Acme' });
  expect((await call('PATCH', `Id/${id}`, { Name: 'Acme Ltd' })).status).toBe(200);
  expect(await accounts.retrieve(id)).toMatchObject({ Name: 'Acme Ltd' });
});
