/** How often a fault strikes. */
export interface InjectOptions {
  /** Requests it strikes before it is over. Default: until it is removed. */
  times?: number;
}

/** Something that goes wrong. */
export type Fault = AnswerFault | AlterationFault | OrgFault;

/**
 * Answers in place of the token endpoint, which does not see the request. Of several the oldest
 * strikes, so that faults with `times: 1` follow one another.
 */
export type AnswerFault =
  /** An OAuth error; `status` defaults to 400. */
  | { kind: 'oauth-error'; status?: number; error: string; errorDescription?: string }
  /** An OAuth error under status 200. */
  | { kind: 'error-in-200'; error: string; errorDescription?: string }
  /** What a refresh is told while another one of the same token is under way. */
  | { kind: 'already-being-processed' }
  /** A web page. */
  | { kind: 'html'; status: number }
  /** A web page, status 500, that repeats the request's body. */
  | { kind: 'echo-request' }
  /** A redirect. */
  | { kind: 'redirect'; status: 301 | 302 | 303 | 307 | 308; location: string }
  /** `status` (default 503) and, if given, `Retry-After`: seconds or an HTTP date. */
  | { kind: 'unavailable'; status?: number; retryAfter?: number | string }
  /** 429 and, if given, `Retry-After`: seconds or an HTTP date. */
  | { kind: 'rate-limited'; retryAfter?: number | string }
  /** Status 200 and a body of unannounced length; `bytes` defaults to 100 MB. */
  | { kind: 'huge-body'; bytes?: number }
  /** The request is read and never answered. */
  | { kind: 'hang' }
  /** The connection is reset. */
  | { kind: 'reset' }
  /** The connection is closed without an answer. */
  | { kind: 'close' };

/** Changes what the token endpoint answers. All that are injected strike together. */
export type AlterationFault =
  /** The answer comes this much later. */
  | { kind: 'delay'; ms: number }
  /** The request is granted or refused as ever, and the answer is lost; `how` defaults to `reset`. */
  | { kind: 'lost-after-commit'; how?: 'hang' | 'reset' | 'close' }
  /** The answer's body trickles. */
  | { kind: 'slow-body'; bytesPerSecond: number }
  /** Half of the JSON is missing. */
  | { kind: 'truncated-json' }
  /** A token response without `access_token`. */
  | { kind: 'missing-access-token' }
  /** A token response with another `access_token`, of any JSON type. */
  | { kind: 'access-token'; value: unknown }
  /** A token response with another `instance_url`, of any JSON type. */
  | { kind: 'instance-url'; value: unknown }
  /** The org's clock is this far ahead: its `Date` header says so and `exp` is held against it. */
  | { kind: 'date-skew'; seconds: number };

/** A state of the org. */
export type OrgFault =
  /** Every login that passes all other checks is refused with `inactive_org`. */
  | { kind: 'inactive-org' }
  /**
   * Every API call answers `INVALID_SESSION_ID`, whatever its token; the token endpoint grants the
   * same token each time, or a new one each time.
   */
  | { kind: 'session-rejected'; tokens: 'same' | 'new' }
  /** Every REST call answers this error. */
  | { kind: 'rest-error'; status: number; errorCode: string; message: string };
