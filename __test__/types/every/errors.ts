import type { AuthErrorCode } from 'jsforce-connection-manager';
import { ConfigurationError, getAuthError, SalesforceAuthError } from 'jsforce-connection-manager';
import { same } from './same.js';

export function handle(caught: unknown): number | undefined {
  const error = getAuthError(caught, {});
  same<typeof error, SalesforceAuthError | undefined>();
  if (error === undefined) return undefined;

  same<typeof error.code, AuthErrorCode>();
  same<typeof error.retryable, boolean>();
  same<typeof error.attempts, number>();
  same<typeof error.hint, string>();
  same<typeof error.error, string | undefined>();
  same<typeof error.errorDescription, string | undefined>();
  same<typeof error.status, number | undefined>();
  same<typeof error.option, string | undefined>();
  error.message satisfies string;
  error.stack satisfies string | undefined;

  switch (error.code) {
    case 'RATE_LIMITED':
    case 'LOGIN_RATE_EXCEEDED':
      same<typeof error.code, 'RATE_LIMITED' | 'LOGIN_RATE_EXCEEDED'>();
      return error.retryAfterMs;
    // @ts-expect-error: no such code
    case 'RATE_LIMIT':
      return 0;
    default:
      return undefined;
  }
}

export function rewrite(error: SalesforceAuthError) {
  // @ts-expect-error: an error tells what happened
  error.code = 'ABORTED';
  // @ts-expect-error: and is not rewritten
  error.retryable = true;
}

export function narrow(caught: unknown): string {
  if (caught instanceof ConfigurationError) return `${caught.code} ${caught.option}`;
  if (caught instanceof SalesforceAuthError) return caught.code;
  // @ts-expect-error: anything else is unknown
  return caught.code;
}

// @ts-expect-error: only this package makes them
new SalesforceAuthError();
// @ts-expect-error: only this package makes them
new ConfigurationError();
// @ts-expect-error: a Connection is an object
getAuthError(new Error(), 'connection');
same<ConfigurationError extends SalesforceAuthError ? true : false, true>();
same<SalesforceAuthError extends Error ? true : false, true>();
