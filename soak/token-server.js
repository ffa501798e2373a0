'use strict';

// A token endpoint that checks nothing, so that only the client is measured.

const { generateKeyPairSync } = require('node:crypto');
const http = require('node:http');
const { text } = require('node:stream/consumers');
const { setTimeout: sleep } = require('node:timers/promises');

/** @type {string | undefined} */
let privateKey;

/** The config of a login at `url`. */
function loginAt(url) {
  privateKey ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });
  return { clientId: 'soak', privateKey, username: 'soak@example.com', instanceUrl: url };
}

/** The claims of the assertion in a form. */
function claimsOf(form) {
  const [, claims] = form.get('assertion').split('.');
  return JSON.parse(Buffer.from(claims, 'base64url').toString());
}

/** Ways to lose a connection instead of answering. */
const LOSSES = {
  end: (socket) => socket.end(),
  reset: (socket) => socket.resetAndDestroy(),
  hang: () => {},
};

/**
 * @typedef {object} Answer
 * @property {number} [status]
 * @property {object} [fields] of the JSON, beside those of a token response
 * @property {number} [delay] milliseconds
 * @property {keyof typeof LOSSES} [loss] what happens to the connection instead of an answer
 */

/**
 * Starts a token endpoint. It closes no connection by itself.
 *
 * @param {(number: number, form: URLSearchParams) => Answer | Promise<Answer>} [answer] makes the
 *   answer to a request; `number` counts requests from 1
 */
async function startTokenServer(answer = () => ({})) {
  let requests = 0;
  let url = '';
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set();
  const server = http.createServer(async (request, response) => {
    requests += 1;
    const number = requests;
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return; // the client went away
    const form = new URLSearchParams(body);
    const { status = 200, fields = {}, delay = 0, loss } = await answer(number, form);
    if (delay > 0) await sleep(delay);
    if (loss !== undefined) return LOSSES[loss](request.socket);
    const token = { access_token: `00D000000000001!${number}`, instance_url: url };
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ ...(status === 200 && token), ...fields }));
  });
  server.keepAliveTimeout = 0;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  url = `http://127.0.0.1:${/** @type {any} */ (server.address()).port}`;
  return {
    config: loginAt(url),
    /** The connections that are open now. */
    sockets,
    /** The number of requests so far. */
    requests: () => requests,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

module.exports = { claimsOf, startTokenServer };
