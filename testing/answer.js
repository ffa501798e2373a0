'use strict';

// What a host sends back, and how it is sent: JSON, text, OAuth errors, lost connections.

const { Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { setTimeout: sleep } = require('node:timers/promises');

/**
 * The answer of a host to one request.
 *
 * @typedef {object} Answer
 * @property {number} status
 * @property {Record<string, string>} [headers]
 * @property {string | AsyncIterable<Buffer> | Iterable<Buffer>} [body]
 * @property {number} [delay] milliseconds before the answer is sent
 * @property {'hang' | 'reset' | 'close'} [loss] instead of an answer: silence, reset, close
 */

/**
 * @param {unknown} value
 * @param {number} [status]
 * @returns {Answer}
 */
function json(value, status = 200) {
  return {
    status,
    headers: { 'Content-Type': 'application/json;charset=UTF-8' },
    body: JSON.stringify(value),
  };
}

/**
 * @param {string} text
 * @param {string} contentType
 * @param {number} status
 * @returns {Answer}
 */
function text(text, contentType, status) {
  return { status, headers: { 'Content-Type': `${contentType};charset=UTF-8` }, body: text };
}

/**
 * JSON that no cache may store, as the authorization server sends it.
 *
 * @param {unknown} value
 * @param {number} [status]
 */
function oauth(value, status) {
  const answer = json(value, status);
  return { ...answer, headers: { ...answer.headers, 'Cache-Control': 'no-store' } };
}

/**
 * @param {string} error
 * @param {string | undefined} errorDescription
 * @param {number} [status]
 */
function oauthError(error, errorDescription, status = 400) {
  return oauth({ error, error_description: errorDescription }, status);
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {Answer} answer
 */
async function send(response, { status, headers = {}, body = '', delay, loss }) {
  if (delay) await sleep(delay, undefined, { ref: false });
  // The socket of a pipelined request belongs to the answer before.
  const { socket } = response.req;
  if (loss === 'hang' || socket.destroyed) return;
  if (loss === 'reset') return reset(socket);
  if (loss === 'close') return void socket.end();
  response.statusCode = status;
  response.setHeaders(new Map(Object.entries(headers)));
  if (typeof body === 'string') response.end(body);
  else await pipeline(Readable.from(body), response).catch(() => {}); // the client went away
}

/** @param {import('node:net').Socket & { _parent?: import('node:net').Socket }} socket */
function reset(socket) {
  (socket._parent ?? socket).resetAndDestroy(); // only the TCP socket under TLS can be reset
}

module.exports = { json, oauth, oauthError, send, text };
