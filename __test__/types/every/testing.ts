import { getAccessToken, type JWTConfig } from 'jsforce-connection-manager';
import {
  type Fault,
  type LocalOrg,
  type LocalOrgStats,
  startLocalOrg,
} from 'jsforce-connection-manager/testing';
import { same } from './same.js';

export async function localOrg() {
  const org = await startLocalOrg({ https: true, app: 'connected-app', tokenLife: 60 });
  same<typeof org, LocalOrg>();
  same<ReturnType<typeof org.stats>, LocalOrgStats>();
  org.config satisfies JWTConfig;
  await getAccessToken(org.config);

  const heal = org.inject({ kind: 'date-skew', seconds: 60 });
  same<typeof heal, () => void>();
  org.inject({ kind: 'inactive-org' });
  const fault: Fault = { kind: 'session-rejected', tokens: 'new' };
  org.inject(fault);
  org.register({ clientId: 'x', users: ['a@acme.example', { username: 'b', active: false }] });
  // @ts-expect-error: no such fault
  org.inject({ kind: 'flood' });
  // @ts-expect-error: seconds are missing
  org.inject({ kind: 'date-skew' });
  // @ts-expect-error: no such app type
  await startLocalOrg({ app: 'connected' });
  // @ts-expect-error: the org decides where it is
  org.url = 'http://127.0.0.1:1';
  // @ts-expect-error: a client has an id
  org.register({});
  await org.close();
}
