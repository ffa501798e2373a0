import type { ConnectionOptions } from 'jsforce-connection-manager';
import { getConnection, JWTConnectionManager } from 'jsforce-connection-manager';
import { same } from './same.js';

// biome-ignore-start lint/suspicious/noExplicitAny: that it is `any` is what is tested
export async function connection() {
  const connection = await getConnection();
  same<typeof connection, any>();
  const own = await new JWTConnectionManager().getConnection();
  same<typeof own, any>();
}
// biome-ignore-end lint/suspicious/noExplicitAny: that it is `any` is what is tested

export const config = { maxRequest: 20 } satisfies ConnectionOptions;
