/**
 * A Salesforce org on this machine, for tests: an authorization server and a REST API. The
 * authorization server checks a login in Salesforce’s order and refuses it in Salesforce’s words.
 *
 * @packageDocumentation
 */

import type { Fault, InjectOptions } from './fault';

export * from './fault';

/**
 * Starts a local org: two HTTP servers on free ports of the loopback interface. An org that nobody
 * closes does not keep the process alive.
 *
 * @example
 * ```js
 * const { startLocalOrg } = require('jsforce-connection-manager/testing');
 *
 * const org = await startLocalOrg();
 * const connection = await getConnection(org.config);
 * await connection.query('SELECT Id, Name FROM Account LIMIT 1');
 * expect(org.stats().tokenRequests).toBe(1);
 * await org.close();
 * ```
 */
export function startLocalOrg(options?: LocalOrgOptions): Promise<LocalOrg>;

/** Set-up of a local org. */
export interface LocalOrgOptions {
  /** Serve TLS on both ports, with a certificate signed by {@link LocalOrg.ca}. Default `false`. */
  https?: boolean;
  /** More apps. The apps of {@link LocalOrg.config} and {@link LocalOrg.oauth} are always there. */
  clients?: ClientRegistration[];
  /** App type of registrations that name none. Default `'external-client-app'`. */
  app?: AppType;
  /** Accepted values of `aud`. Default: the values of the {@link AppType}. */
  audiences?: string[];
  /** Seconds of inactivity after which a session ends. Default 7200. */
  tokenLife?: number;
  /** Logins that one user may make in an hour. Default 3600. */
  loginLimit?: number;
  /** Refuse an `exp` that is more than 300 s ahead. Salesforce accepts it. Default `false`. */
  strictExp?: boolean;
  /** Refresh token rotation of registrations that do not set it. Default `false`. */
  rotation?: boolean;
  /** Milliseconds until the token endpoint answers. Default 0. */
  delay?: number;
}

/**
 * Type of app. It decides which `aud` an assertion must have.
 *
 * - `'connected-app'`: `https://login.salesforce.com` or `https://test.salesforce.com`.
 * - `'external-client-app'`: the My Domain of the org, {@link LocalOrg.url}.
 */
export type AppType = 'connected-app' | 'external-client-app';

/** A connected app or external client app, as its admin has set it up. */
export interface ClientRegistration {
  /** Consumer key: the `iss` of an assertion. */
  clientId: string;
  /** RSA public key, PEM (SPKI), that verifies assertions. Enables the JWT bearer grant. */
  publicKey?: string;
  /** X.509 certificate, PEM, instead of `publicKey`. Its dates do not count, as in Salesforce. */
  certificate?: string;
  /** Consumer secret. Introspection and the grants that a user approves ask for it. */
  clientSecret?: string;
  /**
   * URIs to which `/services/oauth2/authorize` may send a browser. The first of {@link users}
   * approves at once.
   */
  redirectUris?: string[];
  /**
   * Whether a refresh token is good for one use. Every answer then brings the next refresh token. A
   * spent one that is presented again revokes every token of the approval.
   * Default {@link LocalOrgOptions.rotation}.
   */
  rotation?: boolean;
  /** Whether a refresh needs the secret or a client assertion. Default: if there is a secret. */
  requireSecretForRefresh?: boolean;
  /** Seconds without use after which a refresh token expires. Default: never. */
  refreshTokenLife?: number;
  /** Users of the app. A plain username is a user who may log in. */
  users?: Array<string | UserRegistration>;
  /** Default {@link LocalOrgOptions.app}. */
  app?: AppType;
  /** Who approves the app: an admin beforehand (default), or each user once. */
  approval?: 'admin-approved' | 'self-authorize';
  /**
   * Enabled grant types. Default: the JWT bearer grant if there is a key or certificate, and
   * `authorization_code` and `refresh_token` if there is a redirect URI.
   */
  grants?: string[];
}

/** A user of the org, as one app sees the user. */
export interface UserRegistration {
  username: string;
  /** Whether the user is active. Default `true`. */
  active?: boolean;
  /** Whether the app is approved for the user, by an admin or by the user. Default `true`. */
  approved?: boolean;
  /** Whether the org accepts logins from this machine’s address. Default `true`. */
  ipAllowed?: boolean;
}

/** A running local org. */
export interface LocalOrg {
  /** Origin of the token endpoint: the org's My Domain. */
  readonly url: string;
  /** Origin of the REST API: the `instance_url` of token responses. Always differs from `url`. */
  readonly instanceUrl: string;
  /** Certificate authority of the org, PEM, to be trusted if the org serves `https`. */
  readonly ca: string;
  /** Path of the file with `ca`, for `NODE_EXTRA_CA_CERTS`. */
  readonly caFile: string;
  /** Login by JWT. Its app is registered from the start. */
  readonly config: LocalOrgConfig;
  /** Login of the same user by refresh token. Its app is registered from the start. */
  readonly oauth: LocalOrgOAuthConfig;
  /**
   * Registers an app, or replaces the app of the same `clientId`.
   *
   * @throws if a key is no RSA key, or if a redirect URI is no URL
   */
  register(client: ClientRegistration): void;
  /** Counters since the start, or since the last {@link resetStats}. */
  stats(): LocalOrgStats;
  /** Sets every counter of {@link stats} to zero. The login limit does not change. */
  resetStats(): void;
  /** Ends every session. API calls answer 401 until the next login, which gets a new token. */
  revokeAll(): void;
  /**
   * Returns a new refresh token, as if the user had just approved the app. Default: the app of
   * {@link oauth}, and the first user of the app.
   *
   * @throws TypeError if there is no such app, or if the app has no user
   */
  issueRefreshToken(approval?: { clientId?: string; username?: string }): string;
  /**
   * Withdraws the approval of a refresh token, and revokes every token of the approval. The refresh
   * token may be spent.
   *
   * @throws TypeError if the org never issued the refresh token
   */
  revokeRefreshToken(token: string): void;
  /**
   * Injects a fault, which strikes from now on. Returns a function that removes the fault.
   *
   * @throws TypeError with `code: 'CONFIG_INVALID'` if no org knows the kind
   */
  inject(fault: Fault, options?: InjectOptions): () => void;
  /** The last assertion that reached the token endpoint, accepted or not. */
  lastAssertion(): DecodedAssertion | undefined;
  /** Sets the `instance_url` of token responses from now on. */
  setInstanceUrl(url: string): void;
  /** Closes both servers and every connection. */
  close(): Promise<void>;
}

/** A config for `getConnection`. `instanceUrl` is {@link LocalOrg.url}. */
export interface LocalOrgConfig {
  clientId: string;
  /** RSA-2048 key, PEM (PKCS#8). All orgs of a process have the same key. */
  privateKey: string;
  username: string;
  instanceUrl: string;
}

/** A refresh-token config. `loginUrl` is {@link LocalOrg.url}. Nothing listens at `redirectUri`. */
export interface LocalOrgOAuthConfig {
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  loginUrl: string;
  /** Issued at the start. If the app rotates, the first use spends it. */
  refreshToken: string;
}

/** Counters of the requests that reached the org, and of its answers. */
export interface LocalOrgStats {
  /** Requests to the token endpoint, including requests that a fault struck. */
  tokenRequests: number;
  /** Token requests that were granted a token, new or already alive. */
  tokensIssued: number;
  /** Sessions that began: the number of different tokens that were granted. */
  newSessions: number;
  /** Granted logins by username. */
  logins: Record<string, number>;
  /** The highest number of token requests that were in the air at the same time. */
  maxConcurrentTokenRequests: number;
  /** Requests by endpoint. An endpoint that was never called is absent. */
  requests: Partial<Record<EndpointName, number>>;
  /** API calls that were refused because of their session. */
  rejected401: number;
  /** Refresh tokens that were replaced by a new one. */
  rotations: number;
  /** Requests with a spent refresh token, made by the app that the token belongs to. */
  refreshTokenReuses: number;
  /** Approvals that ended with all their tokens: by a reuse, by `revoke` or by the test. */
  familiesRevoked: number;
  /** Refreshes that were refused because another refresh with the same token was in progress. */
  simultaneousRefreshes: number;
}

/** Names of the endpoints in {@link LocalOrgStats.requests}. */
export type EndpointName =
  | 'authorize'
  | 'token'
  | 'revoke'
  | 'introspect'
  | 'userinfo'
  | 'versions'
  | 'query'
  | 'sobject'
  | 'limits'
  | 'bulk'
  | 'soap'
  | 'other';

/** The decoded header and claims of an assertion. */
export interface DecodedAssertion {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
}
