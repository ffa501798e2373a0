import type {
  AuthorizationRequest,
  CacheStats,
  ConnectionStats,
  OAuth2Config,
  RedeemedCode,
} from 'jsforce-connection-manager';
import {
  authorizationRequest,
  type getConnection,
  redeemAuthorizationCode,
  SalesforceConnectionManager,
} from 'jsforce-connection-manager';
import { startLocalOrg } from 'jsforce-connection-manager/testing';
import { same } from './same.js';

const app = { clientId: '3MVG9', clientSecret: 'secret', redirectUri: 'https://app.example/back' };

export const enough: OAuth2Config = { clientId: '3MVG9', refreshToken: '5Aep861' };
export const bySeed: OAuth2Config = { ...app, refreshToken: '5Aep861' };
export const everything: OAuth2Config = {
  ...app,
  refreshToken: async () => '5Aep861',
  loginUrl: 'https://test.salesforce.com',
  instanceUrl: 'https://acme.my.salesforce.com',
  clientAuthentication: 'basic',
  rotation: true,
  tokenTtl: 'session',
  tokenBuffer: 30,
  version: '64.0',
  onRefreshToken: async (newToken, oldFingerprint) => newToken + oldFingerprint,
  keepTimeout: 2,
};
// @ts-expect-error: the client id is missing
export const missing: OAuth2Config = { refreshToken: '5Aep861' };
// @ts-expect-error: a function gives a text
export const numbers: OAuth2Config = { ...app, refreshToken: () => 5 };
// @ts-expect-error: no such place
export const digest: OAuth2Config = { ...app, clientAuthentication: 'digest' };
// @ts-expect-error: misspelt
export const misspelt: OAuth2Config = { ...app, onRefreshTokens: () => {} };

export async function manager() {
  const shared = SalesforceConnectionManager.getInstance();
  same<
    Awaited<ReturnType<typeof shared.getConnection>>,
    Awaited<ReturnType<typeof getConnection>>
  >();
  await shared.getConnection();
  await shared.getConnection(enough, '5Aep861', 'prod', { fresh: true, deadline: 1 });
  await shared.getConnection(app, () => '5Aep861');
  // @ts-expect-error: a key is a text
  await shared.getConnection(app, '5Aep861', 5);

  same<ReturnType<typeof shared.getCacheStats>, ConnectionStats>();
  shared.getCacheStats() satisfies CacheStats;
  same<ReturnType<typeof shared.forgetRefreshToken>, boolean>();
  shared
    .on('refreshToken', (newToken, oldFingerprint) => newToken + oldFingerprint)
    .on('refreshToken', async (newToken) => void (await Promise.resolve(newToken)))
    .once('refreshToken', () => {});
  // @ts-expect-error: no such event
  shared.on('refresh', () => {});
  return shared.clearExpiredConnections() + shared.clearAllConnections();
}

/** A Connection class of one's own. */
class Session {
  constructor(readonly options: { accessToken: string }) {}
}

export async function ownConnection() {
  const own = new SalesforceConnectionManager({ Connection: Session, connectionTtl: 60 });
  same<Awaited<ReturnType<typeof own.getConnection>>, Session>();
  // @ts-expect-error: seconds are a number
  new SalesforceConnectionManager({ connectionTtl: '60' });
}

export async function first() {
  const request = authorizationRequest(app, { scope: 'api refresh_token', prompt: 'login' });
  same<typeof request, AuthorizationRequest>();
  const { codeVerifier } = request;
  const redeemed = await redeemAuthorizationCode(app, { code: 'aPrx', codeVerifier });
  same<typeof redeemed, RedeemedCode>();
  same<typeof redeemed.refreshToken, string>();
  // @ts-expect-error: the verifier belongs to it
  await redeemAuthorizationCode(app, { code: 'aPrx' });
}

export async function localOrg() {
  const org = await startLocalOrg({ rotation: true });
  org.oauth satisfies OAuth2Config;
}
