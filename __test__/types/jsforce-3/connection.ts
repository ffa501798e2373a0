import { Connection, type QueryResult } from 'jsforce';
import type { JWTConfig } from 'jsforce-connection-manager';
import { getAuthError, getConnection, JWTConnectionManager } from 'jsforce-connection-manager';
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
