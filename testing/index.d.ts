/**
 * A Salesforce org on this machine, for tests: an authorization server that checks a login in the
 * order Salesforce does and refuses it in Salesforce's words, and the REST API behind it.
 *
 * @example
 * const org = await startLocalOrg();
 * const connection = await getConnection(org.config);
 * await connection.query('SELECT Id, Name FROM Account LIMIT 1');
 * expect(org.stats().exchanges).toBe(1);
 * await org.close();
 *
 * @packageDocumentation
 */

import type { Fault, InjectOptions } from './fault';

export * from './fault';

/** Starts a local org on two free ports of the loopback interface. */
export function startLocalOrg(options?: LocalOrgOptions): Promise<LocalOrg>;

/** How the org is set up. */
export interface LocalOrgOptions {
  /** Serve TLS on both ports, with a certificate signed by {@link LocalOrg.ca}. Default `false`. */
  https?: boolean;
  /** Apps to register beside the one the org makes for {@link LocalOrg.config}. */
  clients?: ClientRegistration[];
  /** What a client is unless its registration says otherwise. Default `'external-client-app'`. */
  app?: AppType;
  /** The values of `aud` that are accepted, in place of those of the app type. */
  audiences?: string[];
  /** Seconds of inactivity after which a session ends. Default 7200. */
  tokenLife?: number;
  /** Logins a user may make in an hour. Default 3600. */
  loginLimit?: number;
  /** Refuse an assertion whose `exp` is more than 300 s ahead. Salesforce does not; default `false`. */
  strictExp?: boolean;
  /** Whether apps rotate refresh tokens unless their registration says otherwise. Default `false`. */
  rotation?: boolean;
  /** Milliseconds before the token endpoint answers. Default 0. */
  delay?: number;
}

/**
 * The kind of app, which decides the `aud` it must be addressed with: a connected app wants
 * `https://login.salesforce.com` or `https://test.salesforce.com`, an external client app the
 * org's own My Domain, {@link LocalOrg.url}.
 */
export type AppType = 'connected-app' | 'external-client-app';

/** A connected app or external client app, as its admin set it up. */
export interface ClientRegistration {
  /** The consumer key: `iss` of an assertion. */
  clientId: string;
  /** Verifies assertions: an RSA public key, PEM (SPKI). Enables the JWT bearer grant. */
  publicKey?: string;
  /** The same as an X.509 certificate, PEM. Its dates are not looked at, as in Salesforce. */
  certificate?: string;
  /** The consumer secret, asked for by introspection and the grants that a user approves. */
  clientSecret?: string;
  /**
   * Where `/services/oauth2/authorize` may send a browser after an approval, which is given by the
   * first of {@link users}, at once.
   */
  redirectUris?: string[];
  /**
   * Refresh tokens are good for one use: every answer brings the next, and presenting a spent one
   * revokes the current one and every access token that came of the approval.
   * Default {@link LocalOrgOptions.rotation}.
   */
  rotation?: boolean;
  /** A refresh takes the secret, or a client assertion. Default: when there is a secret. */
  requireSecretForRefresh?: boolean;
  /** Seconds without use after which a refresh token ends. Default: never. */
  refreshTokenLife?: number;
  /** Who may log in; a plain username is a user whom nothing stands in the way of. */
  users?: Array<string | UserRegistration>;
  /** Default {@link LocalOrgOptions.app}. */
  app?: AppType;
  /** Who approves users: an admin beforehand (default), or each user once. */
  approval?: 'admin-approved' | 'self-authorize';
  /**
   * Enabled grant types. Default: the JWT bearer grant when there is a key or certificate, and
   * `authorization_code` and `refresh_token` when there is a redirect URI.
   */
  grants?: string[];
}

/** A user of the org, as one app sees them. */
export interface UserRegistration {
  username: string;
  /** Default `true`. */
  active?: boolean;
  /** Whether the admin assigned the app to the user, or the user authorized it. Default `true`. */
  approved?: boolean;
  /** Whether the org accepts logins from this address. Default `true`. */
  ipAllowed?: boolean;
}

/** A running org. */
export interface LocalOrg {
  /** Origin of the token endpoint: the org's My Domain. */
  readonly url: string;
  /** Origin of the REST API, named by token responses as `instance_url`; never that of `url`. */
  readonly instanceUrl: string;
  /** The test certificate authority, PEM. Trust it when the org serves `https`. */
  readonly ca: string;
  /** The file `ca` was read from, for `NODE_EXTRA_CA_CERTS`. */
  readonly caFile: string;
  /** A user who can log in, through an app that is registered from the start. */
  readonly config: LocalOrgConfig;
  /** The same user, who approved an app with a secret; it too is registered from the start. */
  readonly oauth: LocalOrgOAuthConfig;
  /** Registers an app, or changes the one of the same `clientId`. */
  register(client: ClientRegistration): void;
  /** What happened since the start, or since the last {@link resetStats}. */
  stats(): LocalOrgStats;
  /** Sets every figure of {@link stats} to zero; the login limit forgets nothing. */
  resetStats(): void;
  /** Ends every session: API calls answer 401 until the next exchange, which brings a new token. */
  revokeAll(): void;
  /**
   * A refresh token, as if the user had just approved the app; default the app of {@link oauth} and
   * the first of its users.
   *
   * @throws TypeError if there is no such app, or it has no user
   */
  issueRefreshToken(approval?: { clientId?: string; username?: string }): string;
  /**
   * Withdraws the approval that a refresh token came of, be it spent or not, with all its tokens.
   *
   * @throws TypeError if the org never issued it
   */
  revokeRefreshToken(token: string): void;
  /** Makes something go wrong from now on. Returns a function that mends it. */
  inject(fault: Fault, options?: InjectOptions): () => void;
  /** The newest assertion that reached the token endpoint, accepted or not. */
  lastAssertion(): DecodedAssertion | undefined;
  /** What token responses name as `instance_url` from now on. */
  setInstanceUrl(url: string): void;
  /** Ends both servers and every connection. */
  close(): Promise<void>;
}

/** A ready configuration; `instanceUrl` is {@link LocalOrg.url}, the host that is asked for a token. */
export interface LocalOrgConfig {
  clientId: string;
  /** RSA-2048, PEM (PKCS#8); all orgs of a process have the same one. */
  privateKey: string;
  username: string;
  instanceUrl: string;
}

/** A ready configuration; `loginUrl` is {@link LocalOrg.url}. Nothing listens at `redirectUri`. */
export interface LocalOrgOAuthConfig {
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  loginUrl: string;
  /** Issued at the start, and spent by its first use if the app rotates. */
  refreshToken: string;
}

/** What reached the org, and what it answered. */
export interface LocalOrgStats {
  /** Requests to the token endpoint, those struck by a fault included. */
  exchanges: number;
  /** Exchanges that were granted a token, new or already alive. */
  tokensIssued: number;
  /** Sessions begun, which is how many different tokens were granted. */
  newSessions: number;
  /** Granted logins by username. */
  logins: Record<string, number>;
  /** The most exchanges that were in the air at one time. */
  maxConcurrentExchanges: number;
  /** Requests by endpoint; one that was never called is absent. */
  requests: Partial<Record<EndpointName, number>>;
  /** API calls refused because of their session. */
  rejected401: number;
  /** Refresh tokens replaced by a new one. */
  rotations: number;
  /** Spent refresh tokens presented by the app they were issued to. */
  refreshTokenReuses: number;
  /** Approvals that ended, because of a reuse or at someone's wish, with all their tokens. */
  familiesRevoked: number;
  /** Refreshes refused because another one of the same token was being processed. */
  simultaneousRefreshes: number;
}

/** The endpoints that {@link LocalOrgStats.requests} tells apart. */
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

/** The two readable parts of an assertion. */
export interface DecodedAssertion {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
}
