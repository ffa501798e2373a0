import type {
  AbortSignalLike,
  AccessToken,
  CacheStats,
  CallOptions,
  JWTConfig,
  LambdaContext,
  TokenCallOptions,
} from 'jsforce-connection-manager';
import {
  type clearAllTokens,
  type clearExpiredTokens,
  type DEFAULT_API_VERSION,
  getAccessToken,
  getCacheStats,
  getConnection,
  JWTConnectionManager,
  prewarm,
} from 'jsforce-connection-manager';
import { same } from './same.js';

declare const config: JWTConfig;
declare const signal: AbortSignalLike;
declare const context: LambdaContext & { awsRequestId: string };

export async function functions() {
  const token = await getAccessToken(config, { signal, deadline: 1_800_000_000_000 });
  same<typeof token, AccessToken>();
  same<typeof token.accessToken, string>();
  same<typeof token.expiresAt, number>();
  same<typeof token.identityUrl, string | undefined>();
  // @ts-expect-error: a token is not changed by those who share it
  token.accessToken = '';
  // @ts-expect-error: nor its life
  token.expiresAt = 0;

  await getAccessToken();
  await getAccessToken(undefined, { context });
  await getConnection();
  await getConnection(config, { fresh: true, context });
  // @ts-expect-error: of a Connection only
  await getAccessToken(config, { fresh: true });
  // @ts-expect-error: a Lambda's context, not a number
  await getConnection(config, { context: 3000 });
  // @ts-expect-error: milliseconds, not a Date
  await getConnection(config, { deadline: new Date() });
  // @ts-expect-error: the configuration comes first
  await getConnection({ fresh: true });

  same<ReturnType<typeof prewarm>, void>();
  prewarm();
  prewarm(config);
  same<ReturnType<typeof getCacheStats>, CacheStats>();
  same<ReturnType<typeof clearExpiredTokens>, number>();
  same<ReturnType<typeof clearAllTokens>, number>();
  same<typeof DEFAULT_API_VERSION, string>();
  const { total, valid, expired, requests, lastMint } = getCacheStats();
  same<typeof requests, number>();
  same<typeof lastMint, { signMs: number; requestMs: number } | undefined>();
  return total + valid + expired;
}

export async function manager() {
  const shared = JWTConnectionManager.getInstance();
  same<
    Awaited<ReturnType<typeof shared.getConnection>>,
    Awaited<ReturnType<typeof getConnection>>
  >();
  const token = await shared.getAccessToken(config, { signal } satisfies TokenCallOptions);
  same<typeof token, AccessToken>();
  await shared.getConnection(config, { fresh: true } satisfies CallOptions);
  // @ts-expect-error: of a Connection only
  await shared.getAccessToken(config, { fresh: true });
  shared.prewarm(config);
  same<ReturnType<typeof shared.getCacheStats>, CacheStats>();
  return shared.clearExpiredTokens() + shared.clearAllTokens();
}

/** A Connection class of one's own. */
class Session {
  constructor(readonly options: { accessToken: string; instanceUrl: string }) {}
}

export async function ownConnection() {
  const own = new JWTConnectionManager({
    Connection: Session,
    allowedInstanceHosts: ['api.acme.example'] as const,
    ca: '-----BEGIN CERTIFICATE-----',
    capacity: 100,
  });
  same<typeof own, JWTConnectionManager<Session>>();
  same<Awaited<ReturnType<typeof own.getConnection>>, Session>();

  new JWTConnectionManager();
  new JWTConnectionManager({ capacity: 1 });
  // @ts-expect-error: an object, not its class
  new JWTConnectionManager({ Connection: new Session({ accessToken: '', instanceUrl: '' }) });
  // @ts-expect-error: a number
  new JWTConnectionManager({ capacity: '1' });
  // @ts-expect-error: a list
  new JWTConnectionManager({ allowedInstanceHosts: 'api.acme.example' });
  // @ts-expect-error: no such option
  new JWTConnectionManager({ maximum: 1 });
}
