'use strict';

// What injected faults do to the token endpoint: they replace its answer or change it.

const { setTimeout: sleep } = require('node:timers/promises');
const { json, oauth, oauthError, text } = require('../answer');

/**
 * @typedef {import('../index').AnswerFault} AnswerFault
 * @typedef {import('../index').AlterationFault} AlterationFault
 * @typedef {import('../answer').Answer} Answer
 * @typedef {import('../host').Request} Request
 */

/** @type {{ [K in AnswerFault['kind']]: (fault: Extract<AnswerFault, { kind: K }>, request: Request) => Answer }} */
const ANSWERS = {
  'oauth-error': ({ status, error, errorDescription }) =>
    oauthError(error, errorDescription, status),
  'error-in-200': ({ error, errorDescription }) => oauthError(error, errorDescription, 200),
  'already-being-processed': () =>
    oauthError('invalid_grant', 'token request is already being processed'),
  html: ({ status }) => page('Maintenance', status),
  'echo-request': (_, { body }) => page(`Your request was: ${body}`, 500),
  redirect: ({ status, location }) => ({ status, headers: { Location: location } }),
  unavailable: ({ status = 503, retryAfter }) =>
    later(oauthError('service_unavailable', 'try again later', status), retryAfter),
  'rate-limited': ({ retryAfter }) =>
    later(oauthError('rate_limit_exceeded', 'too many requests', 429), retryAfter),
  'huge-body': ({ bytes = 100e6 }) => ({ ...json({}), body: filler(bytes) }),
  hang: () => ({ status: 0, loss: 'hang' }),
  reset: () => ({ status: 0, loss: 'reset' }),
  close: () => ({ status: 0, loss: 'close' }),
};

/** @type {{ [K in AlterationFault['kind']]: (answer: Answer, fault: Extract<AlterationFault, { kind: K }>) => Answer }} */
const ALTERATIONS = {
  delay: (answer, { ms }) => ({ ...answer, delay: (answer.delay ?? 0) + ms }),
  'lost-after-commit': (answer, { how = 'reset' }) => ({ ...answer, loss: how }),
  'slow-body': (answer, { bytesPerSecond }) => ({
    ...answer,
    body: trickle(answer.body, bytesPerSecond),
  }),
  'truncated-json': (answer) => ({ ...answer, body: firstHalf(answer.body) }),
  'missing-access-token': (answer) => withField(answer, 'access_token', undefined),
  'access-token': (answer, { value }) => withField(answer, 'access_token', value),
  'instance-url': (answer, { value }) => withField(answer, 'instance_url', value),
  'date-skew': (answer, { seconds }) => ({
    ...answer,
    headers: { ...answer.headers, Date: new Date(Date.now() + seconds * 1000).toUTCString() },
  }),
};

const answerKinds = /** @type {Array<AnswerFault['kind']>} */ (Object.keys(ANSWERS));
const alterationKinds = /** @type {Array<AlterationFault['kind']>} */ (Object.keys(ALTERATIONS));

/**
 * The answer of the token endpoint after the org’s faults have struck.
 *
 * @param {Request} request
 * @param {import('../org').Org} org
 * @param {(now: number) => Answer} answerAt the answer without faults; takes epoch ms
 */
function struckByFaults(request, org, answerAt) {
  const inPlace = org.faults.strike(answerKinds);
  const alterations = org.faults.strikeAll(alterationKinds);
  let answer = inPlace
    ? /** @type {any} */ (ANSWERS[inPlace.kind])(inPlace, request)
    : answerAt(Date.now() + 1000 * clockSkew(alterations));
  answer.delay = org.options.delay;
  for (const fault of alterations) {
    answer = /** @type {any} */ (ALTERATIONS[fault.kind])(answer, fault);
  }
  return answer;
}

/**
 * Seconds that the org’s clock is ahead.
 *
 * @param {AlterationFault[]} faults
 */
function clockSkew(faults) {
  return faults.reduce((sum, fault) => sum + (fault.kind === 'date-skew' ? fault.seconds : 0), 0);
}

/**
 * @param {string} words
 * @param {number} status
 */
function page(words, status) {
  return text(`<!DOCTYPE html><html><body><h1>${words}</h1></body></html>`, 'text/html', status);
}

/**
 * @param {Answer} answer
 * @param {number | string | undefined} retryAfter
 */
function later(answer, retryAfter) {
  if (retryAfter === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'Retry-After': String(retryAfter) } };
}

/**
 * A token response with another value in one field. Any other answer stays as it is.
 *
 * @param {Answer} answer
 * @param {string} field
 * @param {unknown} value
 */
function withField(answer, field, value) {
  if (answer.status !== 200 || typeof answer.body !== 'string') return answer;
  return oauth({ ...JSON.parse(answer.body), [field]: value });
}

/** @param {Answer['body']} body */
function firstHalf(body) {
  return typeof body === 'string' ? body.slice(0, body.length / 2) : body;
}

/**
 * A body of so many spaces.
 *
 * @param {number} bytes
 */
function* filler(bytes) {
  const chunk = Buffer.alloc(64 * 1024, ' ');
  for (let left = bytes; left > 0; left -= chunk.length) yield chunk.subarray(0, left);
}

/**
 * A body that is sent byte by byte.
 *
 * @param {Answer['body']} body
 * @param {number} bytesPerSecond
 */
async function* trickle(body, bytesPerSecond) {
  if (typeof body !== 'string') return;
  for (const byte of Buffer.from(body)) {
    await sleep(1000 / bytesPerSecond, undefined, { ref: false });
    yield Buffer.of(byte);
  }
}

module.exports = { struckByFaults };
