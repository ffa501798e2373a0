/** How often a fault strikes. */
export interface InjectOptions {
  /** Number of requests that the fault strikes. Default: every request until it is removed. */
  times?: number;
}

/** A fault that {@link LocalOrg.inject} lets strike. */
export type Fault = AnswerFault | AlterationFault | OrgFault;

/**
 * Replaces the answer of the token endpoint, which does not see the request. Only the oldest
 * injected fault strikes, so faults with `times: 1` strike one after another.
 */
export type AnswerFault =
  /** An OAuth error. `status` defaults to 400. */
  | { kind: 'oauth-error'; status?: number; error: string; errorDescription?: string }
  /** An OAuth error under status 200. */
  | { kind: 'error-in-200'; error: string; errorDescription?: string }
  /** Salesforce’s answer to a refresh while another refresh with the same token is in progress. */
  | { kind: 'already-being-processed' }
  /** A web page. */
  | { kind: 'html'; status: number }
  /** A web page with status 500 that repeats the body of the request. */
  | { kind: 'echo-request' }
  /** A redirect. */
  | { kind: 'redirect'; status: 301 | 302 | 303 | 307 | 308; location: string }
  /** `status` (default 503) with an optional `Retry-After`: seconds or an HTTP date. */
  | { kind: 'unavailable'; status?: number; retryAfter?: number | string }
  /** Status 429 with an optional `Retry-After`: seconds or an HTTP date. */
  | { kind: 'rate-limited'; retryAfter?: number | string }
  /** Status 200 and a body without `Content-Length`. `bytes` defaults to 100,000,000. */
  | { kind: 'huge-body'; bytes?: number }
  /** The request is read and never answered. */
  | { kind: 'hang' }
  /** The connection is reset. */
  | { kind: 'reset' }
  /** The connection is closed without an answer. */
  | { kind: 'close' };

/** Changes the answer of the token endpoint. All injected faults of this type strike together. */
export type AlterationFault =
  /** The answer comes `ms` milliseconds later. */
  | { kind: 'delay'; ms: number }
  /**
   * The request is granted or refused as usual, and the answer is lost. `how` defaults to
   * `'reset'`.
   */
  | { kind: 'lost-after-commit'; how?: 'hang' | 'reset' | 'close' }
  /** The body is sent slowly, in bytes per second. */
  | { kind: 'slow-body'; bytesPerSecond: number }
  /** The second half of the JSON is missing. */
  | { kind: 'truncated-json' }
  /** A token response without `access_token`. */
  | { kind: 'missing-access-token' }
  /** A token response with another `access_token`, of any JSON type. */
  | { kind: 'access-token'; value: unknown }
  /** A token response with another `instance_url`, of any JSON type. */
  | { kind: 'instance-url'; value: unknown }
  /** The org’s clock is `seconds` ahead. Its `Date` header says so, and `exp` is checked by it. */
  | { kind: 'date-skew'; seconds: number };

/** Puts the whole org into a state. */
export type OrgFault =
  /** Every login that passes all other checks is refused with `inactive_org`. */
  | { kind: 'inactive-org' }
  /**
   * Every API call is answered with `INVALID_SESSION_ID`, whatever its token. The token endpoint
   * still grants tokens: the same one each time, or a new one each time.
   */
  | { kind: 'session-rejected'; tokens: 'same' | 'new' }
  /** Every REST call is answered with this error. */
  | { kind: 'rest-error'; status: number; errorCode: string; message: string };
