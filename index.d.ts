/**
 * Salesforce logins for Node.js: a jsforce Connection whose access token is minted, cached, shared
 * and renewed in Rust.
 *
 * @example
 * ```ts
 * import { getConnection } from 'jsforce-connection-manager';
 *
 * const connection = await getConnection({
 *   clientId: process.env.SF_CLIENT_ID!,
 *   privateKey: process.env.SF_PRIVATE_KEY!,
 *   username: 'integration@acme.example',
 *   instanceUrl: 'https://acme.my.salesforce.com',
 * });
 * const { records } = await connection.query('SELECT Id, Name FROM Account LIMIT 10');
 * ```
 *
 * @packageDocumentation
 */

// jsforce is an optional peer. Without jsforce, these types are `any`, and `getAccessToken` still
// has its type.
// @ts-ignore
import type { Connection, ConnectionConfig, Schema } from 'jsforce';

/**
 * Options of jsforce's Connection, without those that the login sets. A proxy named here serves the
 * requests of the Connection, and not the login.
 */
export type ConnectionOptions = Omit<
  ConnectionConfig,
  | 'loginUrl'
  | 'instanceUrl'
  | 'accessToken'
  | 'refreshToken'
  | 'refreshFn'
  | 'oauth2'
  | 'version'
  | 'sessionId'
  | 'serverUrl'
  | 'signedRequest'
>;

/**
 * A Connection of the class `C`. jsforce's own class takes the types of the records from the schema
 * `S`. Without jsforce, whose `Connection` is `any` then, the type is `C`.
 */
export type ConnectionOf<C, S extends Schema> = [unknown] extends [Connection]
  ? C
  : [Connection, C] extends [C, Connection]
    ? Connection<S>
    : C;

/**
 * The configuration of a login by the OAuth 2.0 JWT bearer flow (RFC 7523).
 *
 * Two configurations with equal fields are one login with one Connection, whatever their objects.
 * A field that is a misspelt option, such as `tokenTTL`, is `CONFIG_INVALID`. Other unknown fields
 * are ignored.
 *
 * Left out, the configuration is read from the environment at the first call, and used until
 * `clearAllTokens()`. The variables are `SF_CLIENT_ID`, `SF_PRIVATE_KEY`, `SF_USERNAME`,
 * `SF_INSTANCE_URL` and, if set, `SF_LOGIN_URL`, `SF_AUDIENCE`, `SF_TOKEN_TTL`.
 */
export interface JWTConfig {
  /** The app's consumer key: the assertion's claim `iss`. */
  clientId: string;
  /**
   * The text of the RSA private key whose certificate the app holds. The key has at least 2048
   * bits. The text is PKCS#8 or PKCS#1 PEM, with real or literal `\n` line ends, or base64 of that.
   */
  privateKey: string;
  /** The Salesforce user to act as: the assertion's claim `sub`. */
  username: string;
  /** The URL of the org's My Domain, such as `https://acme.my.salesforce.com`. */
  instanceUrl: string;
  /** The URL of the host that issues the tokens. Default: `instanceUrl`. */
  loginUrl?: string | undefined;
  /**
   * The assertion's claim `aud`. Default: `loginUrl`. If Salesforce refuses the default and wants
   * its login or test host instead, that host is tried once and remembered. An explicit audience
   * is the only one tried.
   */
  audience?: string | undefined;
  /**
   * How long a token is taken to live, in seconds, at most 86,400. Default: 180. `'session'` is 55
   * minutes, which fits the usual session policies and saves logins. If the token response or the
   * token itself (`exp` of a JWT) names a shorter life, the shorter life counts.
   */
  tokenTtl?: number | 'session' | undefined;
  /**
   * How long before the end of `tokenTtl` a token is no longer handed out, in seconds. Default: 30.
   * At least 10 seconds must remain.
   */
  tokenBuffer?: number | undefined;
  /**
   * The Salesforce API version of the Connection, such as `'64.0'`. Default:
   * {@link DEFAULT_API_VERSION}.
   */
  version?: string | undefined;
  /**
   * What jsforce's Connection is made with beside the login, such as `maxRequest`, `callOptions` or
   * `logLevel`. Pass the same object each time: another object is another Connection.
   */
  connectionOptions?: ConnectionOptions | undefined;
}

/** A refresh token, or a function that returns the newest refresh token that was stored. */
export type RefreshTokenSource = string | (() => string | Promise<string>);

/**
 * The configuration of a login by a refresh token (RFC 6749 §6).
 *
 * Left out, the configuration is read from the environment at the first call, and used until
 * `clearAllConnections()`. The variables are `SF_CLIENT_ID`, `SF_REFRESH_TOKEN` and, if set,
 * `SF_CLIENT_SECRET`, `SF_REDIRECT_URI`, `SF_LOGIN_URL`.
 *
 * @example Refresh tokens that rotate
 * ```ts
 * const config: OAuth2Config = {
 *   clientId: process.env.SF_CLIENT_ID!,
 *   clientSecret: process.env.SF_CLIENT_SECRET,
 *   refreshToken: () => store.read(),
 *   onRefreshToken: (newToken) => store.write(newToken),
 * };
 * ```
 */
export interface OAuth2Config {
  /** The app's consumer key. */
  clientId: string;
  /**
   * The app's consumer secret, if the app has one. One app with and without its secret counts as
   * two apps. Use one spelling for one refresh token.
   */
  clientSecret?: string | undefined;
  /**
   * The URL to which the login page sends users back. Only {@link authorizationRequest} and
   * {@link redeemAuthorizationCode} need it.
   */
  redirectUri?: string | undefined;
  /**
   * The refresh token, or a function that reads it. With rotation on, let the function read the
   * place to which `onRefreshToken` writes.
   *
   * The function is called when no access token is alive, and again when its refresh token turns out
   * to be spent. Its time counts as time of the call. If the function fails, the call rejects with
   * `REFRESH_TOKEN_UNAVAILABLE`.
   *
   * Write one function for each user, and pass the same function object each time: another function
   * object is another Connection. A function that returns the refresh token of another user than
   * before ends the call with `CONFIG_INVALID`.
   *
   * Do not call `getConnection` for the same refresh token inside the function. The inner call would
   * wait for the outer call until its time is over.
   */
  refreshToken?: RefreshTokenSource | undefined;
  /**
   * The URL of the host that issues the tokens. Default: `https://login.salesforce.com`. One app at
   * two hosts, such as the default and My Domain, counts as two apps. Use one host for one refresh
   * token.
   */
  loginUrl?: string | undefined;
  /**
   * The URL of the org's API host, needed only if the host is outside Salesforce's own domains. The
   * token response names the host that is used.
   */
  instanceUrl?: string | undefined;
  /** The text of an RSA private key that signs a client assertion, in place of a secret. */
  privateKey?: string | undefined;
  /**
   * Where the secret is sent: in the form, or in an HTTP Basic header. Default: `'form'`.
   */
  clientAuthentication?: 'form' | 'basic' | undefined;
  /**
   * Whether the app rotates refresh tokens. Default: learnt from the answers. Answers never overrule
   * `true`. If two calls differ, the later call counts.
   *
   * With `false`, a refresh token is sent again after a lost answer, unless Salesforce has replaced
   * one before.
   */
  rotation?: boolean | undefined;
  /**
   * How long an access token is taken to live, in seconds, at most 86,400. Default: `'session'`,
   * which is 55 minutes.
   */
  tokenTtl?: number | 'session' | undefined;
  /**
   * How long before the end of `tokenTtl` a token is no longer handed out, in seconds. Default: 30.
   * At least 10 seconds must remain.
   */
  tokenBuffer?: number | undefined;
  /**
   * The Salesforce API version of the Connection, such as `'64.0'`. Default:
   * {@link DEFAULT_API_VERSION}.
   */
  version?: string | undefined;
  /**
   * What jsforce's Connection is made with beside the login, such as `maxRequest`, `callOptions` or
   * `logLevel`. Pass the same object each time: another object is another Connection.
   */
  connectionOptions?: ConnectionOptions | undefined;
  /**
   * Stores a new refresh token outside this process. Every caller gets the access token only after
   * the returned promise is fulfilled. If the function fails, the call rejects with
   * `REFRESH_NOT_PERSISTED`, and the next call passes the same refresh token to the function again.
   *
   * A write that took too long may arrive after a newer one. So write only if the SHA-256 of the
   * stored refresh token is `oldFingerprint`.
   *
   * Do not call `getConnection` for the same refresh token inside the function. The inner call would
   * wait for the outer call.
   *
   * @param newToken the refresh token to use from now on
   * @param oldFingerprint SHA-256, in hexadecimal, of the refresh token that was stored last. If none
   *   was stored, it is the fingerprint of the refresh token that was passed first, without quotes,
   *   blanks and encoding around it. That token may be several rotations back
   */
  onRefreshToken?: ((newToken: string, oldFingerprint: string) => unknown) | undefined;
  /**
   * How long `onRefreshToken`, or the listeners in its place, may take, in seconds. Default: 5. At
   * most 1000. A call whose own time ends first rejects with `DEADLINE`, and storing continues.
   */
  keepTimeout?: number | undefined;
}

/**
 * The Salesforce API version of a Connection without `version`: `'64.0'` in this release.
 *
 * @example
 * ```ts
 * const path = `/services/data/v${DEFAULT_API_VERSION}/limits`;
 * ```
 */
export const DEFAULT_API_VERSION: string;

/** The part of an `AbortSignal` that is used. The platform's own `AbortSignal` has it. */
export interface AbortSignalLike {
  /** Whether the signal has fired. */
  readonly aborted: boolean;
  /** The `cause` of the error with which a call rejects. */
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The part of a Lambda's context that is used. */
export interface LambdaContext {
  /** Milliseconds until Lambda ends the invocation. */
  getRemainingTimeInMillis(): number;
}

/**
 * Options of one call for a token. A call ends within 8 seconds, or earlier with one of these. A
 * misspelt option is `CONFIG_INVALID`.
 */
export interface TokenCallOptions {
  /**
   * Rejects this call with `ABORTED` when the signal fires, also if a live token is cached. Other
   * calls that wait for the same token are not disturbed.
   */
  signal?: AbortSignalLike | undefined;
  /**
   * When the caller needs an answer, in milliseconds since the epoch. The call ends 500 milliseconds
   * earlier with `DEADLINE`. A duration is refused with `CONFIG_INVALID`.
   */
  deadline?: number | undefined;
  /** The context of a Lambda, whose remaining time is the deadline. */
  context?: LambdaContext | undefined;
  /**
   * An access token that the API answered with 401. If it is the cached token, it is dropped and a
   * login brings another one. Else the cached token is given.
   *
   * The call rejects with `SESSION_REJECTED` if Salesforce issues the same token again, or if the API
   * refuses the new token within ten seconds of its login. Each such login counts against the sixty
   * an hour of `LOGINS_CAPPED`. A Connection handles a 401 by itself and needs no such call.
   */
  rejectedToken?: string | undefined;
}

/** Options of one call for a Connection. */
export interface CallOptions extends TokenCallOptions {
  /** `true`: a Connection of the caller's own, on the shared token. Default: `false`. */
  fresh?: boolean | undefined;
}

/**
 * An access token, and what Salesforce said with it. `console.log` hides the token. JSON, copies and
 * the field itself show it.
 */
export interface AccessToken {
  /** The token, for the header `Authorization: Bearer …`. */
  readonly accessToken: string;
  /** The origin of the org's API host, such as `https://acme.my.salesforce.com`. */
  readonly instanceUrl: string;
  /** When the token is no longer handed out, in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Salesforce's identity URL: `https://…/id/<organization id>/<user id>`. */
  readonly identityUrl?: string;
  /** The granted scopes, separated by spaces. */
  readonly scope?: string;
}

/**
 * What a manager has cached, and what it has done since it was made. Counters never fall.
 */
export interface CacheStats {
  /** Tokens cached: `valid` + `expired`. */
  total: number;
  /** Cached tokens that may be handed out. */
  valid: number;
  /** Cached tokens past their life. */
  expired: number;
  /** Calls that found a live token. */
  hits: number;
  /** Calls that found no live token. */
  misses: number;
  /** Access tokens received. */
  mints: number;
  /** Calls that waited for the login of another call. */
  coalesced: number;
  /** Logins that ended without a token. */
  failures: number;
  /** HTTP requests sent to token endpoints, with every retry. */
  requests: number;
  /** Logins that run now. */
  inFlight: number;
  /** How long the last mint took, in milliseconds: to sign, and to send and be answered. */
  lastMint?: { signMs: number; requestMs: number };
}

/**
 * A class of Connections: jsforce's, or one whose constructor takes the same options.
 */
// biome-ignore lint/suspicious/noExplicitAny: each such class has a type of its own for its options
export type ConnectionClass<C> = new (config: any) => C;

/** Options of a manager that is not the shared one. */
export interface ManagerOptions<C = Connection> {
  /** The class of the Connections. Default: `Connection` of `require('jsforce')`. */
  Connection?: ConnectionClass<C> | undefined;
  /**
   * What each Connection is made with beside the login, such as `maxRequest` or `logLevel`. Those of a
   * config win over these.
   */
  connectionOptions?: ConnectionOptions | undefined;
  /**
   * More host names that a token response may name as the instance URL. The configured host and
   * Salesforce's own domains are always allowed.
   */
  allowedInstanceHosts?: readonly string[] | undefined;
  /**
   * PEM certificates of more authorities to trust at login. The bundled authorities and those of
   * `NODE_EXTRA_CA_CERTS` are always trusted.
   */
  ca?: string | undefined;
  /**
   * The most tokens cached, from 1 to 1,000,000. Default: 10,000. The least recently used token is
   * dropped first.
   */
  capacity?: number | undefined;
}

/**
 * Gives jsforce Connections that are logged in by the JWT bearer flow.
 *
 * Each configuration has one Connection. Its token is renewed in the background. After a 401 of the
 * API, the token is replaced once and jsforce repeats the request. So you may store the Connection,
 * or ask for it at every use.
 *
 * @example
 * ```ts
 * const manager = JWTConnectionManager.getInstance();
 *
 * export const handler = async (event: unknown, context: Context) => {
 *   const connection = await manager.getConnection(config, { context });
 *   return connection.query('SELECT Id, Name FROM Account LIMIT 10');
 * };
 * ```
 *
 * @example A Connection class of your own
 * ```ts
 * const manager = new JWTConnectionManager({ Connection: TracedConnection, capacity: 100 });
 * ```
 */
export class JWTConnectionManager<C = Connection> {
  /** The shared manager. All threads of the process share its tokens. */
  static getInstance(): JWTConnectionManager;

  /**
   * Makes a manager with tokens of its own, for tests and libraries.
   *
   * @throws {@link ConfigurationError} if an option is wrong
   */
  constructor(options?: ManagerOptions<C>);

  /**
   * Gives the Connection of a configuration, with a live token. With a live token in the cache, the
   * call sends nothing.
   *
   * @typeParam S the schema of the org, for the types of records: `getConnection<MySchema>()`
   * @param config default: read from the environment, see {@link JWTConfig}
   * @throws {@link SalesforceAuthError} as a rejection, never synchronously
   */
  getConnection<S extends Schema = Schema>(
    config?: JWTConfig,
    options?: CallOptions,
  ): Promise<ConnectionOf<C, S>>;

  /**
   * Gives a live token. This method never loads jsforce and works without it. After a 401 of the API,
   * pass the token as {@link TokenCallOptions.rejectedToken}.
   *
   * @param config default: read from the environment, see {@link JWTConfig}
   * @throws {@link SalesforceAuthError} as a rejection, never synchronously
   */
  getAccessToken(config?: JWTConfig, options?: TokenCallOptions): Promise<AccessToken>;

  /**
   * Starts a login on native threads, if no live token is cached. So the login runs while modules
   * still load. This method never throws and never keeps the process alive. The next call reports
   * a failure.
   *
   * @param config default: read from the environment, see {@link JWTConfig}
   */
  prewarm(config?: JWTConfig): void;

  /** Counts the tokens of this manager, and what was done for them. */
  getCacheStats(): CacheStats;

  /** Drops the tokens past their life, and returns their number. */
  clearExpiredTokens(): number;

  /**
   * Drops all tokens, Connections, remembered refusals and audiences, and the configuration read
   * from the environment. A token that arrives later is handed to the callers that wait, and is not
   * cached.
   *
   * @returns the number of tokens
   */
  clearAllTokens(): number;
}

/** Options of a manager for refresh tokens that is not the shared one. */
export interface RefreshTokenManagerOptions<C = Connection> extends ManagerOptions<C> {
  /** How long a Connection is handed out, in seconds. Default: 1800. */
  connectionTtl?: number | undefined;
}

/**
 * What a manager for refresh tokens has stored and done. `total`, `valid` and `expired` count
 * Connections. The other numbers count access tokens and requests.
 */
export interface ConnectionStats extends CacheStats {
  /** Connections stored: `valid` + `expired`. */
  total: number;
  /** Connections younger than `connectionTtl`. */
  valid: number;
  /** Connections that the next call replaces. */
  expired: number;
}

/**
 * Gives jsforce Connections that are logged in by a refresh token.
 *
 * With rotation on, a refresh token is good for one use. A process sends each refresh token once,
 * for all callers, threads and Connections. A caller that passes an older refresh token of this
 * process gets the access token of the newest one. A new refresh token is stored before its access
 * token is handed out.
 *
 * At run time the manager is an `EventEmitter` of Node.js.
 *
 * @example
 * ```ts
 * const manager = SalesforceConnectionManager.getInstance();
 * const connection = await manager.getConnection({
 *   clientId: process.env.SF_CLIENT_ID!,
 *   clientSecret: process.env.SF_CLIENT_SECRET,
 *   refreshToken: () => store.read(),
 *   onRefreshToken: (newToken) => store.write(newToken),
 * });
 * ```
 */
export class SalesforceConnectionManager<C = Connection> {
  /** The shared manager. All threads of the process share its access tokens. */
  static getInstance(): SalesforceConnectionManager;

  /**
   * Makes a manager with access tokens of its own, for tests and libraries. All managers of the
   * process share what is known about refresh tokens.
   *
   * @throws {@link ConfigurationError} if an option is wrong
   */
  constructor(options?: RefreshTokenManagerOptions<C>);

  /**
   * Gives a Connection with a live token.
   *
   * @typeParam S the schema of the org, for the types of records
   * @param config default: read from the environment, see {@link OAuth2Config}
   * @param refreshToken replaces `refreshToken` of the config
   * @param cacheKey names a Connection of one app. Another refresh token, function or option under the
   *   key gives another Connection, which takes the place of the first. The replaced Connection still
   *   works. A call that fails replaces nothing. Another app under the key is refused with
   *   `CONFIG_INVALID`. Nobody gets the Connection of another refresh token, unless one function
   *   object reads for several users. Default: the configuration and the refresh token together name
   *   the Connection
   * @throws {@link SalesforceAuthError} as a rejection, never synchronously
   */
  getConnection<S extends Schema = Schema>(
    config?: OAuth2Config,
    refreshToken?: RefreshTokenSource,
    cacheKey?: string,
    options?: CallOptions,
  ): Promise<ConnectionOf<C, S>>;

  /** Counts the Connections of this manager, and what was done for their tokens. */
  getCacheStats(): ConnectionStats;

  /** Drops the Connections older than `connectionTtl`, and returns their number. */
  clearExpiredConnections(): number;

  /**
   * Drops all Connections, access tokens and remembered refusals, and the configuration read from
   * the environment. What is known about refresh tokens stays, because a forgotten refresh token
   * could be sent twice.
   *
   * @returns the number of Connections
   */
  clearAllConnections(): number;

  /**
   * Forgets a refresh token and its successors, with their access token and Connections. Call it for
   * a user who has left.
   *
   * A Connection that somebody still holds, in any manager or thread, gets no token any more
   * (`REFRESH_TOKEN_INVALID`). A later `getConnection` with the refresh token begins anew.
   *
   * A function stands for the refresh tokens that cached Connections of this manager have read from
   * it. Pass the refresh token itself if such a Connection is no longer cached: after
   * `clearAllConnections()`, after another Connection took its place under a cache key, or after it
   * was evicted.
   *
   * This method revokes nothing at Salesforce, and neither does `logout(true)` of a Connection, which
   * is refused with `CONFIG_INVALID`. To revoke the refresh token, POST it as `token` to
   * `/services/oauth2/revoke` of the login host. Then forget it here.
   *
   * @param config default: read from the environment, see {@link OAuth2Config}
   * @param refreshToken replaces `refreshToken` of the config
   * @returns whether the refresh token was ever sent; `false` if the function was forgotten before
   * @throws {@link ConfigurationError} if the configuration is wrong, or if no cached Connection of
   *   this manager has read a refresh token from the function
   */
  forgetRefreshToken(config?: OAuth2Config, refreshToken?: RefreshTokenSource): boolean;

  /**
   * Adds a listener of the event `'refreshToken'`, which tells each new refresh token that this
   * thread has to store.
   *
   * Do not store refresh tokens in jsforce's own event `refresh` of a Connection. That event tells
   * renewals after a 401, and not those that `getConnection` makes.
   *
   * @example
   * ```ts
   * SalesforceConnectionManager.getInstance().on('refreshToken', (newToken) => store.write(newToken));
   * ```
   */
  on(event: 'refreshToken', listener: RefreshTokenListener): this;
  /** Adds a listener for the next new refresh token only. */
  once(event: 'refreshToken', listener: RefreshTokenListener): this;
  /** Removes a listener. */
  off(event: 'refreshToken', listener: RefreshTokenListener): this;
}

/**
 * Gets each new refresh token, and the fingerprint that {@link OAuth2Config.onRefreshToken} gets.
 *
 * Without `onRefreshToken`, the listeners store the refresh token. What they return is awaited
 * within `keepTimeout`. If a listener fails, the call rejects with `REFRESH_NOT_PERSISTED`.
 *
 * With `onRefreshToken`, the listeners are not awaited, and a failure is a warning.
 */
export type RefreshTokenListener = (newToken: string, oldFingerprint: string) => unknown;

/** Options of the login page. */
export interface AuthorizationOptions {
  /** The scopes to ask for, separated by spaces. Default: all scopes of the app. */
  scope?: string | undefined;
  /** A value that comes back with the code. Default: random. */
  state?: string | undefined;
  /** The OAuth parameter `prompt`, such as `'login consent'`. */
  prompt?: string | undefined;
  /** A user name that the login page fills in. */
  loginHint?: string | undefined;
}

/** A login page for a user, and what to store until the user comes back. */
export interface AuthorizationRequest {
  /** The URL of the login page. */
  url: string;
  /** The `state` that must come back with the code. */
  state: string;
  /** A secret of this request: pass it to {@link redeemAuthorizationCode}. */
  codeVerifier: string;
}

/**
 * Begins the login in a browser by which a user approves the app (RFC 6749 §4.1, with PKCE as in
 * RFC 7636). The login is needed once for each user.
 *
 * @param config `clientId`, `redirectUri` and, if it is not the default, `loginUrl`
 * @throws {@link ConfigurationError} if an option is missing or wrong
 *
 * @example
 * ```ts
 * const { url, state, codeVerifier } = authorizationRequest(app, { scope: 'api refresh_token' });
 * // Store `state` and `codeVerifier` in the user's session, and send the browser to `url`.
 * ```
 */
export function authorizationRequest(
  config: OAuth2Config,
  options?: AuthorizationOptions,
): AuthorizationRequest;

/** An authorization code, and the secret of its request. */
export interface AuthorizationCode {
  /** The parameter `code` of the redirect. */
  code: string;
  /** The `codeVerifier` of the {@link AuthorizationRequest} that led to the code. */
  codeVerifier: string;
}

/**
 * The tokens that an authorization code was traded for. `console.log` hides them. JSON, copies and the
 * fields themselves show them.
 */
export interface RedeemedCode {
  /** The first refresh token: store it. */
  refreshToken: string;
  /** An access token. It is absent if only the refresh token of the answer can be used. */
  accessToken?: string;
  /** The origin of the org's API host. It comes with the access token. */
  instanceUrl?: string;
  /** Salesforce's identity URL: `https://…/id/<organization id>/<user id>`. */
  identityUrl?: string;
  /** The granted scopes, separated by spaces. */
  scope?: string;
}

/**
 * Trades an authorization code for the first refresh token (RFC 6749 §4.1.3). A code is good for one
 * request within a few minutes.
 *
 * @throws {@link SalesforceAuthError} as a rejection, with `SCOPE_MISSING` if the answer has no
 *   refresh token
 *
 * @example
 * ```ts
 * // `query` is the query of the redirect, `session` what you stored before it.
 * if (query.state !== session.state) throw new Error('not our request');
 * const { refreshToken } = await redeemAuthorizationCode(app, {
 *   code: query.code,
 *   codeVerifier: session.codeVerifier,
 * });
 * ```
 */
export function redeemAuthorizationCode(
  config: OAuth2Config,
  code: AuthorizationCode,
): Promise<RedeemedCode>;

/**
 * Gives the Connection of a configuration, with a live token: `getConnection` of the shared
 * {@link JWTConnectionManager}.
 *
 * @typeParam S the schema of the org, for the types of records: `getConnection<MySchema>()`
 * @param config default: read from the environment, see {@link JWTConfig}
 * @throws {@link SalesforceAuthError} as a rejection, never synchronously
 *
 * @example
 * ```ts
 * export const handler = async (event: unknown, context: Context) => {
 *   const connection = await getConnection(config, { context });
 *   return connection.query('SELECT Id, Name FROM Account LIMIT 10');
 * };
 * ```
 */
export function getConnection<S extends Schema = Schema>(
  config?: JWTConfig,
  options?: CallOptions,
): Promise<Connection<S>>;

/**
 * Gives a live token, without jsforce: `getAccessToken` of the shared {@link JWTConnectionManager}.
 *
 * @param config default: read from the environment, see {@link JWTConfig}
 * @throws {@link SalesforceAuthError} as a rejection, never synchronously
 *
 * @example
 * ```ts
 * const { accessToken, instanceUrl } = await getAccessToken(config);
 * const response = await fetch(`${instanceUrl}/services/data`, {
 *   headers: { authorization: `Bearer ${accessToken}` },
 * });
 * ```
 */
export function getAccessToken(
  config?: JWTConfig,
  options?: TokenCallOptions,
): Promise<AccessToken>;

/**
 * Starts a login on native threads while modules still load: `prewarm` of the shared
 * {@link JWTConnectionManager}. It never throws and never keeps the process alive.
 *
 * @param config default: read from the environment, see {@link JWTConfig}
 *
 * @example
 * ```ts
 * // prewarm.mjs, the first import of the handler's file
 * import { prewarm } from 'jsforce-connection-manager';
 * prewarm();
 * ```
 */
export function prewarm(config?: JWTConfig): void;

/**
 * Counts the tokens of the shared {@link JWTConnectionManager}, and what was done for them.
 *
 * @example
 * ```ts
 * const { valid, hits, misses, mints, requests } = getCacheStats();
 * ```
 */
export function getCacheStats(): CacheStats;

/**
 * Drops the tokens of the shared {@link JWTConnectionManager} past their life, and returns their
 * number.
 *
 * @example
 * ```ts
 * const dropped = clearExpiredTokens();
 * ```
 */
export function clearExpiredTokens(): number;

/**
 * Drops all tokens, Connections and remembered refusals of the shared {@link JWTConnectionManager},
 * and returns the number of tokens. See {@link JWTConnectionManager.clearAllTokens}.
 *
 * @example
 * ```ts
 * // In tests: a reset of the modules leaves the tokens of the addon alone.
 * afterEach(() => void clearAllTokens());
 * ```
 */
export function clearAllTokens(): number;

/**
 * The stable name of a failure. `docs/errors.md` says what happened for each code, and what to do.
 */
export type AuthErrorCode =
  | 'CONFIG_INVALID'
  | 'PRIVATE_KEY_INVALID'
  | 'USER_NOT_APPROVED'
  | 'USER_NOT_ADMIN_APPROVED'
  | 'ASSERTION_INVALID'
  | 'AUDIENCE_INVALID'
  | 'ASSERTION_EXPIRED'
  | 'APP_NOT_FOUND'
  | 'CLIENT_ID_INVALID'
  | 'CLIENT_CREDENTIALS_INVALID'
  | 'SCOPE_MISSING'
  | 'GRANT_UNSUPPORTED'
  | 'APP_BLOCKED'
  | 'LOGIN_RATE_EXCEEDED'
  | 'RATE_LIMITED'
  | 'REFRESH_TOKEN_INVALID'
  | 'REFRESH_TOKEN_UNAVAILABLE'
  | 'REFRESH_TOKENS_FULL'
  | 'REFRESH_UNCERTAIN'
  | 'REFRESH_NOT_PERSISTED'
  | 'AUTHORIZATION_CODE_INVALID'
  | 'USER_INACTIVE'
  | 'IP_RESTRICTED'
  | 'ORG_INACTIVE'
  | 'ASSERTION_REPLAYED'
  | 'DPOP_REQUIRED'
  | 'REFUSED'
  | 'SERVER_UNAVAILABLE'
  | 'BAD_RESPONSE'
  | 'RESPONSE_TOO_LARGE'
  | 'REDIRECT_REFUSED'
  | 'INSTANCE_URL_REFUSED'
  | 'NETWORK_DNS'
  | 'NETWORK_CONNECT'
  | 'NETWORK_TLS'
  | 'NETWORK_TIMEOUT'
  | 'NETWORK_RESET'
  | 'DEADLINE'
  | 'LOGINS_CAPPED'
  | 'SESSION_REJECTED'
  | 'ABORTED'
  | 'JSFORCE_UNAVAILABLE'
  | 'INTERNAL';

/**
 * The error of a call that gives no token. Its message begins with `[code]`, says what happened, and
 * ends with the hint, or says itself what to do. Messages may change. Codes do not.
 *
 * @example
 * ```ts
 * try {
 *   await getConnection(config);
 * } catch (error) {
 *   if (error instanceof SalesforceAuthError && error.retryable) {
 *     return { statusCode: 503, headers: { 'retry-after': (error.retryAfterMs ?? 5_000) / 1_000 } };
 *   }
 *   throw error;
 * }
 * ```
 */
export class SalesforceAuthError extends Error {
  /** Only this package makes such errors. */
  protected constructor();
  /** The stable name of the failure. */
  readonly code: AuthErrorCode;
  /** What to do. */
  readonly hint: string;
  /** Whether the same call may succeed later with nothing changed. */
  readonly retryable: boolean;
  /** The number of HTTP requests that were sent. */
  readonly attempts: number;
  /** `error` of the OAuth answer (RFC 6749 §5.2). */
  readonly error?: string;
  /** `error_description` of the OAuth answer, shortened and without anything like a token. */
  readonly errorDescription?: string;
  /** The HTTP status of the answer. */
  readonly status?: number;
  /** How long to wait before the next call, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The name of the option that is wrong. */
  readonly option?: string;
}

/**
 * The error of a wrong configuration: `CONFIG_INVALID` or `PRIVATE_KEY_INVALID`. No retry helps.
 *
 * @example
 * ```ts
 * if (error instanceof ConfigurationError) console.error(`Correct ${error.option}: ${error.hint}`);
 * ```
 */
export class ConfigurationError extends SalesforceAuthError {}

/**
 * Finds the typed error behind an error that a Connection gave. When a token renewal fails, jsforce
 * throws `Error("Unable to refresh session due to: …")` in place of the typed error.
 *
 * @param error the error that was caught
 * @param connection the Connection that gave the error. With it, the very error object is found;
 *   without it, an error with the same message
 * @returns `undefined` if the error did not come from this package
 *
 * @example
 * ```ts
 * try {
 *   await connection.query('SELECT Id FROM Account');
 * } catch (error) {
 *   if (getAuthError(error, connection)?.code === 'LOGIN_RATE_EXCEEDED') await slowDown();
 *   throw error;
 * }
 * ```
 */
export function getAuthError(error: unknown, connection?: object): SalesforceAuthError | undefined;
