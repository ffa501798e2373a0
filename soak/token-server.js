'use strict';

const { generateKeyPairSync } = require('node:crypto');
const http = require('node:http');
const { text } = require('node:stream/consumers');
const { setTimeout: sleep } = require('node:timers/promises');

/** @type {string | undefined} */
let privateKey;

/** A login at `url`, whose server checks nothing. */
function loginAt(url) {
  privateKey ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });
  return { clientId: 'soak', privateKey, username: 'soak@example.com', instanceUrl: url };
}

/** What the assertion of a form claims. */
function claimsOf(form) {
  const [, claims] = form.get('assertion').split('.');
  return JSON.parse(Buffer.from(claims, 'base64url').toString());
}

/** What happens to a connection in place of an answer. */
const LOSSES = {
  end: (socket) => socket.end(),
  reset: (socket) => socket.resetAndDestroy(),
  hang: () => {},
};

/**
 * @typedef {object} Answer
 * @property {number} [status]
 * @property {object} [fields] of the JSON, beside those of a token response with a new token
 * @property {number} [delay] in milliseconds
 * @property {keyof typeof LOSSES} [loss] what happens to the connection in its place
 */

/**
 * A token endpoint that keeps its connections open, and checks nothing, so that the client alone is
 * measured.
 *
 * @param {(number: number, form: URLSearchParams) => Answer | Promise<Answer>} [answer] to the request
 *   of this number, counted from 1
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
    if (body === undefined) return; // who asked is gone
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
    /** The connections open now. */
    sockets,
    requests: () => requests,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

module.exports = { claimsOf, startTokenServer };
