/**
 * Salesforce logins for Node.js: a jsforce Connection whose access token is minted, cached, shared
 * and renewed in Rust.
 *
 * @packageDocumentation
 */

// jsforce is an optional peer: without it `Connection` is `any`, and `getAccessToken` needs none.
// @ts-ignore
import type { Connection } from 'jsforce';

/** What a login by the OAuth 2.0 JWT bearer flow needs (RFC 7523). */
export interface JWTConfig {
  /** The app's consumer key: the claim `iss`. */
  clientId: string;
  /**
   * The text of the RSA private key whose certificate the app holds, at least 2048 bits: PKCS#8 or
   * PKCS#1 PEM, with real or literal `\n` line ends, or base64 of it.
   */
  privateKey: string;
  /** The Salesforce user to act as: the claim `sub`. */
  username: string;
  /** The org's My Domain, such as `https://acme.my.salesforce.com`. */
  instanceUrl: string;
  /** Host of the token endpoint. Default: `instanceUrl`. */
  loginUrl?: string | undefined;
  /**
   * The claim `aud`. Default: `loginUrl`, and if the app wants Salesforce's login or test host
   * instead, that one. An explicit audience is the only one tried.
   */
  audience?: string | undefined;
  /**
   * How long a token is kept, in seconds. Default 180. `'session'` is 55 minutes, which suits the
   * usual session policies and saves logins.
   */
  tokenTtl?: number | 'session' | undefined;
  /** How long before its end a token is no longer handed out, in seconds. Default 30. */
  tokenBuffer?: number | undefined;
  /** Salesforce API version of the Connection, such as `'64.0'`. Default: {@link DEFAULT_API_VERSION}. */
  version?: string | undefined;
}

/** A refresh token, or a function that gives the newest one that was kept. */
export type RefreshTokenSource = string | (() => string | Promise<string>);

/** What a login by a refresh token needs (RFC 6749 §6). */
export interface OAuth2Config {
  /** The app's consumer key. */
  clientId: string;
  /**
   * The app's consumer secret, if it has one. An app with and without it counts as two: use one
   * spelling for one refresh token.
   */
  clientSecret?: string | undefined;
  /** Where the app sends users back to; only {@link authorizationRequest} and its answer need it. */
  redirectUri?: string | undefined;
  /**
   * The refresh token. A function is called when no live access token is at hand, and once more
   * when its token turns out to be spent: with rotation on, let it read the place to which
   * `onRefreshToken` writes. Its time counts against the call's. Write one for each user and pass the
   * same function object each time: with a `cacheKey`, another one is called at once, to see that it
   * is the same user's token; without, it is another Connection. One that gives the token of another
   * user than before ends the call with `CONFIG_INVALID`. Do not call `getConnection` for this
   * refresh token inside it: that call would wait for this one until its time is over.
   */
  refreshToken?: RefreshTokenSource | undefined;
  /**
   * Host of the token endpoint. Default `https://login.salesforce.com`. One app at two hosts, such
   * as this one and My Domain, counts as two: use one for one refresh token.
   */
  loginUrl?: string | undefined;
  /** The org's My Domain, if it is no host of Salesforce's own; the answer names the one used. */
  instanceUrl?: string | undefined;
  /** Text of an RSA private key that signs a client assertion, in place of a secret. */
  privateKey?: string | undefined;
  /** Where the secret goes: into the form, or into an HTTP Basic header. Default `'form'`. */
  clientAuthentication?: 'form' | 'basic' | undefined;
  /**
   * Whether the app rotates refresh tokens. Left out, it is learnt from the answers, which
   * never overrule `true`; of two calls that differ the last one counts. With `false`, a refresh
   * token whose answer was lost is sent again, unless one was replaced before.
   */
  rotation?: boolean | undefined;
  /** How long an access token is kept, in seconds. Default `'session'`: 55 minutes. */
  tokenTtl?: number | 'session' | undefined;
  /** How long before its end a token is no longer handed out, in seconds. Default 30. */
  tokenBuffer?: number | undefined;
  /** Salesforce API version of the Connection. Default: {@link DEFAULT_API_VERSION}. */
  version?: string | undefined;
  /**
   * Keeps a new refresh token, outside this process. It is awaited before anybody gets the access
   * token that came with it. If it fails, the call ends with `REFRESH_NOT_PERSISTED`, and the next
   * one calls it again with the same token. A write that came too late may still land after a newer
   * one: write only if the SHA-256 of what is stored is `oldFingerprint`. Do not call
   * `getConnection` for this refresh token inside it: that call would wait for this one.
   *
   * @param newToken the refresh token to use from now on
   * @param oldFingerprint SHA-256 of the one that was kept last, or passed first if none was, in
   *   hexadecimal; it may be several rotations back
   */
  onRefreshToken?: ((newToken: string, oldFingerprint: string) => unknown) | undefined;
  /**
   * How long `onRefreshToken`, or listeners in its place, may take, in seconds. Default 5, at most
   * 1000. A call whose own time ends before that gets `DEADLINE`, and keeping goes on.
   */
  keepTimeout?: number | undefined;
}

/** The Salesforce API version of a Connection if `version` is left out. */
export const DEFAULT_API_VERSION: string;

/** What an `AbortSignal` must have; the platform's own fits. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** What of a Lambda's context is used. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** Options of one call for a token. */
export interface TokenCallOptions {
  /** Rejects this call with `ABORTED`; others that wait for the same token are not disturbed. */
  signal?: AbortSignalLike | undefined;
  /** When this call must end, in milliseconds since the epoch. Half a second of it is kept back. */
  deadline?: number | undefined;
  /** A Lambda's context, in place of `deadline`. */
  context?: LambdaContext | undefined;
}

/** Options of one call for a Connection. */
export interface CallOptions extends TokenCallOptions {
  /** Gives a Connection that nobody else gets, on the shared token. */
  fresh?: boolean | undefined;
}

/** An access token with what belongs to it. */
export interface AccessToken {
  /** The token, for `Authorization: Bearer …`. */
  readonly accessToken: string;
  /** Origin of the org's API host. */
  readonly instanceUrl: string;
  /** When it is no longer handed out, in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Salesforce's identity URL: `https://…/id/<organization id>/<user id>`. */
  readonly identityUrl?: string;
  /** The scopes granted, separated by spaces. */
  readonly scope?: string;
}

/** What a manager holds and did since the process started; counters never fall. */
export interface CacheStats {
  /** Tokens kept: `valid` + `expired`. */
  total: number;
  /** Tokens that may be handed out. */
  valid: number;
  /** Tokens past their life and not yet cleared. */
  expired: number;
  /** Calls answered from memory. */
  hits: number;
  /** Calls that found no live token. */
  misses: number;
  /** Tokens received. */
  mints: number;
  /** Calls that waited for another call's exchange. */
  coalesced: number;
  /** Exchanges that ended without a token. */
  failures: number;
  /** HTTP requests sent to token endpoints, repeated ones included. */
  exchanges: number;
  /** Exchanges running now. */
  inFlight: number;
  /** How long the last mint took, in milliseconds. */
  lastMint?: { signMs: number; exchangeMs: number };
}

/** A class that a Connection can be made of: jsforce's, or one that takes the same configuration. */
// biome-ignore lint/suspicious/noExplicitAny: each such class has a configuration type of its own
export type ConnectionClass<C> = new (config: any) => C;

/** Options of a manager of one's own. */
export interface ManagerOptions<C = Connection> {
  /** The class to make Connections of. Default: that of `require('jsforce')`. */
  Connection?: ConnectionClass<C> | undefined;
  /**
   * Host names that a token response may name as the instance URL, beside the configured host and
   * Salesforce's own domains.
   */
  allowedInstanceHosts?: readonly string[] | undefined;
  /** PEM certificates of authorities to trust, beside the bundled ones and `NODE_EXTRA_CA_CERTS`. */
  ca?: string | undefined;
  /** The most tokens kept. Default 10,000; the least recently used goes first. */
  capacity?: number | undefined;
}

/**
 * Gives jsforce Connections that are logged in by the JWT bearer flow.
 *
 * There is one Connection for each configuration. Its token is renewed underneath, and a 401 of
 * the API is mended once; so a Connection may be kept, or asked for again at every use.
 */
export class JWTConnectionManager<C = Connection> {
  /** The manager whose tokens all threads of this process share. */
  static getInstance(): JWTConnectionManager;

  /**
   * A manager with tokens of its own, for tests and libraries.
   *
   * @throws {@link ConfigurationError} if an option cannot be used
   */
  constructor(options?: ManagerOptions<C>);

  /**
   * A Connection with a live token.
   *
   * @param config left out: read from the environment, see {@link JWTConfig} and the README
   * @throws {@link SalesforceAuthError} as a rejection, never synchronously
   */
  getConnection(config?: JWTConfig, options?: CallOptions): Promise<C>;

  /**
   * A live token. This never loads jsforce.
   *
   * @throws {@link SalesforceAuthError} as a rejection, never synchronously
   */
  getAccessToken(config?: JWTConfig, options?: TokenCallOptions): Promise<AccessToken>;

  /**
   * Starts the exchange now, on native threads, so that it runs while modules are still loading.
   * It never throws and never keeps the process alive; a failure shows at the next call.
   */
  prewarm(config?: JWTConfig): void;

  /** What this manager's tokens are and what was done for them. */
  getCacheStats(): CacheStats;

  /** Drops the tokens past their life; returns how many there were. */
  clearExpiredTokens(): number;

  /**
   * Drops all tokens, Connections, learnt audiences and the configuration read from the
   * environment; returns how many tokens there were. A token that is being asked for is handed to
   * those who wait, and not kept.
   */
  clearAllTokens(): number;
}

/** Options of a manager of one's own for refresh tokens. */
export interface RefreshTokenManagerOptions<C = Connection> extends ManagerOptions<C> {
  /** How long a Connection is handed out, in seconds. Default 1800. */
  connectionTtl?: number | undefined;
}

/** What a manager of refresh tokens holds, and what its source of tokens did. */
export interface ConnectionStats extends CacheStats {
  /** Connections kept: `valid` + `expired`. The counters are of access tokens. */
  total: number;
  /** Connections younger than `connectionTtl`. */
  valid: number;
  /** Connections that the next call replaces. */
  expired: number;
}

/**
 * Gives jsforce Connections that are logged in by a refresh token.
 *
 * With rotation on, a refresh token is good for one use. It is sent once, whoever asks and through
 * whichever Connection; whoever still passes an older token of this process gets what the youngest
 * is good for; and the new one is kept before the access token is handed out.
 *
 * At run time it is an `EventEmitter` of Node.js.
 */
export class SalesforceConnectionManager<C = Connection> {
  /** The manager whose tokens all threads of this process share. */
  static getInstance(): SalesforceConnectionManager;

  /**
   * A manager with access tokens of its own, for tests and libraries. What is known of a refresh
   * token, all managers of the process share.
   *
   * @throws {@link ConfigurationError} if an option cannot be used
   */
  constructor(options?: RefreshTokenManagerOptions<C>);

  /**
   * A Connection with a live token.
   *
   * @param config left out: read from the environment, see the README
   * @param refreshToken wins over that of the config
   * @param cacheKey names the Connection and binds the name to one app and one user: another app or
   *   user is refused with `CONFIG_INVALID`. A refresh token that is not known to come of the same
   *   approval is asked for an access token, and goes on with the Connection if that has the same
   *   `identityUrl`; where one is unknown, it is refused. Left out, there is one Connection for each
   *   configuration and refresh token. Pass the same function object for a refresh token each time:
   *   another one is called before anything is handed out
   * @throws {@link SalesforceAuthError} as a rejection, never synchronously
   */
  getConnection(
    config?: OAuth2Config,
    refreshToken?: RefreshTokenSource,
    cacheKey?: string,
    options?: CallOptions,
  ): Promise<C>;

  /** What this manager's Connections are, and what was done for their tokens. */
  getCacheStats(): ConnectionStats;

  /** Drops the Connections older than `connectionTtl`; returns how many there were. */
  clearExpiredConnections(): number;

  /**
   * Drops all Connections, access tokens, remembered refusals and the configuration read from the
   * environment; returns how many Connections there were. What is known of refresh tokens stays:
   * a forgotten one could be spent twice.
   */
  clearAllConnections(): number;

  /**
   * Forgets a refresh token, all that took its place, their access token and their Connections. An
   * old Connection, here or in another manager or thread, asks for no token any more
   * (`REFRESH_TOKEN_INVALID`); whoever passes the refresh token to `getConnection` later begins
   * anew. For users who are gone. A function stands for what this manager had it read, before a clear
   * too.
   *
   * `logout(true)` of a Connection rejects with `CONFIG_INVALID`: to revoke the refresh token, send it
   * to `/services/oauth2/revoke` of the login host, then forget it here.
   *
   * @returns whether it was ever used
   * @throws {@link ConfigurationError} if there is no such configuration, or this manager never
   *   called the function
   */
  forgetRefreshToken(config?: OAuth2Config, refreshToken?: RefreshTokenSource): boolean;

  /**
   * `'refreshToken'`: a new refresh token, which this thread was asked to keep.
   * `oldFingerprint` is as in {@link OAuth2Config.onRefreshToken}. jsforce's event `refresh` of a
   * Connection is no place to keep it: that fires for renewals that a 401 set off, and not for those
   * that `getConnection` makes.
   */
  on(event: 'refreshToken', listener: RefreshTokenListener): this;
  /** The same, for the next one only. */
  once(event: 'refreshToken', listener: RefreshTokenListener): this;
  /** Takes a listener away. */
  off(event: 'refreshToken', listener: RefreshTokenListener): this;
}

/**
 * Gets each new refresh token. Without an `onRefreshToken` the listeners keep: what they return is
 * awaited within `keepTimeout`, and if one fails the call ends with `REFRESH_NOT_PERSISTED`. Beside
 * one they are not awaited, and a failure is a warning.
 */
export type RefreshTokenListener = (newToken: string, oldFingerprint: string) => unknown;

/** What the login page is to be asked for. */
export interface AuthorizationOptions {
  /** Scopes, separated by spaces. Default: all that the app has. */
  scope?: string | undefined;
  /** Comes back with the code. Default: random. */
  state?: string | undefined;
  /** Such as `'login consent'`. */
  prompt?: string | undefined;
  /** A user name to fill in. */
  loginHint?: string | undefined;
}

/** What a user's browser is sent to, and what to hold until it comes back. */
export interface AuthorizationRequest {
  /** The login page. */
  url: string;
  /** Compare it with the `state` that comes back. */
  state: string;
  /** A secret: see {@link redeemAuthorizationCode}. */
  codeVerifier: string;
}

/**
 * Begins the one-off login by which a user approves the app (RFC 6749 §4.1 with PKCE, RFC 7636).
 *
 * @param config `clientId`, `redirectUri` and, if it is not the default, `loginUrl`
 * @throws {@link ConfigurationError}
 */
export function authorizationRequest(
  config: OAuth2Config,
  options?: AuthorizationOptions,
): AuthorizationRequest;

/** What a user came back with. */
export interface AuthorizationCode {
  /** The parameter `code` of the redirect. */
  code: string;
  /** Of the request that led to it. */
  codeVerifier: string;
}

/** What an authorization code was traded for. */
export interface RedeemedCode {
  /** The first refresh token: keep it. */
  refreshToken: string;
  /** An access token; absent if the answer cannot be used but for the refresh token. */
  accessToken?: string;
  /** Origin of the org's API host, with the access token. */
  instanceUrl?: string;
  /** Salesforce's identity URL. */
  identityUrl?: string;
  /** The scopes granted, separated by spaces. */
  scope?: string;
}

/**
 * Trades an authorization code for the first refresh token.
 *
 * @throws {@link SalesforceAuthError} as a rejection: `SCOPE_MISSING` if no refresh token comes
 */
export function redeemAuthorizationCode(
  config: OAuth2Config,
  code: AuthorizationCode,
): Promise<RedeemedCode>;

/** `JWTConnectionManager.getInstance().getConnection`. */
export function getConnection(config?: JWTConfig, options?: CallOptions): Promise<Connection>;
/** `JWTConnectionManager.getInstance().getAccessToken`. */
export function getAccessToken(
  config?: JWTConfig,
  options?: TokenCallOptions,
): Promise<AccessToken>;
/** `JWTConnectionManager.getInstance().prewarm`. */
export function prewarm(config?: JWTConfig): void;
/** `JWTConnectionManager.getInstance().getCacheStats`. */
export function getCacheStats(): CacheStats;
/** `JWTConnectionManager.getInstance().clearExpiredTokens`. */
export function clearExpiredTokens(): number;
/** `JWTConnectionManager.getInstance().clearAllTokens`. */
export function clearAllTokens(): number;

/** The stable name of what went wrong; the README says what to do about each. */
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

/** Why no token was given. The message begins with `[code]` and ends with what to do. */
export class SalesforceAuthError extends Error {
  /** Errors are made by this package alone. */
  protected constructor();
  /** The stable name of what went wrong. */
  readonly code: AuthErrorCode;
  /** What to do about it. */
  readonly hint: string;
  /** Whether the same call may succeed later with nothing changed. */
  readonly retryable: boolean;
  /** How many requests were sent. */
  readonly attempts: number;
  /** `error` of the OAuth answer (RFC 6749 §5.2). */
  readonly error?: string;
  /** `error_description` of the OAuth answer, shortened and without anything like a token. */
  readonly errorDescription?: string;
  /** HTTP status of the answer. */
  readonly status?: number;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The option at fault. */
  readonly option?: string;
}

/** `CONFIG_INVALID` or `PRIVATE_KEY_INVALID`: no retry will help, the deployment is wrong. */
export class ConfigurationError extends SalesforceAuthError {}

/**
 * The typed error behind any error that a Connection gave.
 *
 * jsforce replaces an error of a token renewal by `Error("Unable to refresh session due to: …")`.
 *
 * @param error what was caught
 * @param connection the Connection that was used, if at hand: then the very error object is found
 * @returns `undefined` if the error did not come from this package
 */
export function getAuthError(error: unknown, connection?: object): SalesforceAuthError | undefined;
