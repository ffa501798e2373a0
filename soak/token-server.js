'use strict';

const { generateKeyPairSync } = require('node:crypto');
const http = require('node:http');
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

/**
 * @typedef {object} Answer
 * @property {number} [status]
 * @property {object} [fields] of the JSON, beside those of a token response with a new token
 * @property {number} [delay] in milliseconds
 * @property {'hang' | 'reset'} [loss] what happens to the connection in its place
 */

/**
 * A token endpoint that keeps its connections open, and checks nothing, so that the client alone is
 * measured.
 *
 * @param {(number: number, request: http.IncomingMessage) => Answer | Promise<Answer>} [answer] to the
 *   request of this number, counted from 1
 */
async function startTokenServer(answer = () => ({})) {
  let exchanges = 0;
  let url = '';
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set();
  const server = http.createServer(async (request, response) => {
    exchanges += 1;
    const number = exchanges;
    const { status = 200, fields = {}, delay = 0, loss } = await answer(number, request);
    request.resume();
    if (delay > 0) await sleep(delay);
    if (loss === 'reset') request.socket.resetAndDestroy();
    if (loss !== undefined) return;
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
    exchanges: () => exchanges,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

module.exports = { startTokenServer };
