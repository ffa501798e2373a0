import { Connection, type QueryResult } from 'jsforce';
import type { ConnectionOptions, JWTConfig, OAuth2Config } from 'jsforce-connection-manager';
import {
  getAuthError,
  getConnection,
  JWTConnectionManager,
  SalesforceConnectionManager,
} from 'jsforce-connection-manager';
import { same } from './same.js';

declare const config: JWTConfig;

export async function connection() {
  const connection = await getConnection(config, { signal: AbortSignal.timeout(1000) });
  same<typeof connection, Connection>();

  const answer = await connection.query<{ Id: string; Name: string }>('SELECT Id FROM Account');
  answer satisfies QueryResult<{ Id: string; Name: string }>;
  answer.records.map((record) => record.Name.toUpperCase());
  // @ts-expect-error: not a field of the record
  answer.records.map((record) => record.Phone);
  await connection.sobject('Account').find({ Name: 'Acme' }).limit(1);
  await connection.bulk2.query('SELECT Id FROM Account');
  await connection.metadata.list({ type: 'CustomObject' });
  await connection.tooling.query('SELECT Id FROM ApexClass');
  connection.streaming.topic('news').subscribe(() => {});
  connection.on('refresh', (token: string) => token.length);
  // @ts-expect-error: no such method
  connection.queryEverything('SELECT Id FROM Account');
  return getAuthError(new Error('x'), connection);
}

export async function manager() {
  const shared: Connection = await JWTConnectionManager.getInstance().getConnection(config);
  const own = new JWTConnectionManager({ Connection });
  const connection = await own.getConnection(config);
  same<typeof connection, Connection>();
  same<Awaited<ReturnType<JWTConnectionManager['getConnection']>>, Connection>();
  return [shared, connection];
}

class Logged extends Connection {
  readonly log: string[] = [];
}

export async function subclass() {
  const { log, version } = await new JWTConnectionManager({ Connection: Logged }).getConnection();
  same<typeof log, string[]>();
  same<typeof version, string>();
}

interface Crm {
  SObjects: {
    Account: {
      Name: 'Account';
      Fields: { Id: string; Name: string; Region__c: string | null };
      ParentReferences: Record<string, never>;
      ChildRelationships: Record<string, never>;
    };
  };
}

export async function schema() {
  const typed = await getConnection<Crm>(config);
  same<typeof typed, Connection<Crm>>();
  const own = await new JWTConnectionManager({ Connection }).getConnection<Crm>(config);
  same<typeof own, Connection<Crm>>();
  const shared = await JWTConnectionManager.getInstance().getConnection<Crm>();
  same<typeof shared, Connection<Crm>>();
  const refreshed = await SalesforceConnectionManager.getInstance().getConnection<Crm>();
  same<typeof refreshed, Connection<Crm>>();
  const [account] = await typed.sobject('Account').find({ Region__c: 'EMEA' });
  account?.Region__c satisfies string | null | undefined;
  // @ts-expect-error: a text in the schema
  account?.Region__c satisfies number | undefined;
  // A class of the caller's has the types of its own.
  const logged = await new JWTConnectionManager({ Connection: Logged }).getConnection<Crm>();
  same<typeof logged, Logged>();
}

export const options: ConnectionOptions = {
  maxRequest: 20,
  callOptions: { client: 'acme' },
  logLevel: 'DEBUG',
  httpProxy: 'http://proxy.acme.example:8080',
};
export const configs: [JWTConfig, OAuth2Config] = [
  { ...config, connectionOptions: options },
  { clientId: 'x', connectionOptions: options },
];
export const managers = [
  new JWTConnectionManager({ connectionOptions: options }),
  new SalesforceConnectionManager({ connectionOptions: options, connectionTtl: 60 }),
];
// @ts-expect-error: the login sets it
export const token: ConnectionOptions = { accessToken: 'x' };
// @ts-expect-error: the login sets it
export const host: ConnectionOptions = { instanceUrl: 'https://acme.my.salesforce.com' };
// @ts-expect-error: the option version of the config is for that
export const version: ConnectionOptions = { version: '64.0' };
// @ts-expect-error: no option of jsforce
export const unknown: ConnectionOptions = { maxRequests: 20 };
