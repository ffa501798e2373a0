import { Connection } from 'jsforce';
import type { ConnectionOptions } from 'jsforce-connection-manager';
import { getConnection, JWTConnectionManager } from 'jsforce-connection-manager';
import { same } from './same.js';

export async function connection() {
  const connection = await getConnection();
  same<typeof connection, Connection>();
  const { records } = await connection.query<{ Id: string }>('SELECT Id FROM Account');
  records.map((record) => record.Id.length);
  await connection.bulk.query('SELECT Id FROM Account');
  await connection.metadata.list({ type: 'CustomObject' });
  // @ts-expect-error: no such method
  connection.queryEverything('SELECT Id FROM Account');

  const own = await new JWTConnectionManager({ Connection }).getConnection();
  same<typeof own, Connection>();
}

export const options: ConnectionOptions = { maxRequest: 20 };
// @ts-expect-error: the login sets it
export const token: ConnectionOptions = { accessToken: 'x' };
