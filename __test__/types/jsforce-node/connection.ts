import { Connection } from '@jsforce/jsforce-node';
import { type getConnection, JWTConnectionManager } from 'jsforce-connection-manager';
import { same } from './same.js';

export async function connection() {
  const connection = await new JWTConnectionManager({ Connection }).getConnection();
  same<typeof connection, Connection>();
  const { records } = await connection.query<{ Id: string }>('SELECT Id FROM Account');
  records.map((record) => record.Id.length);
  await connection.bulk2.query('SELECT Id FROM Account');
  // @ts-expect-error: no such method
  connection.queryEverything('SELECT Id FROM Account');

  // jsforce itself is not there.
  // biome-ignore lint/suspicious/noExplicitAny: that it is `any` is what is tested
  same<Awaited<ReturnType<typeof getConnection>>, any>();
}
