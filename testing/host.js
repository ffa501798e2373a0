'use strict';

// An HTTP or HTTPS server on a free loopback port that serves a list of endpoints.

const http = require('node:http');
const https = require('node:https');
const { text: readText } = require('node:stream/consumers');
const { send, text } = require('./answer');

/**
 * @typedef {object} Request
 * @property {string} method
 * @property {URL} url
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {string} body
 * @property {(action: () => void) => void} whenOver calls back when the request is answered or lost
 */

/**
 * @typedef {(request: Request, org: import('./org').Org) => import('./answer').Answer} Respond
 *
 * @typedef {object} Endpoint
 * @property {RegExp} path
 * @property {import('./index').EndpointName} name
 * @property {Respond} respond
 */

/**
 * Starts a host. It does not keep the process alive.
 *
 * @param {Endpoint[]} endpoints the first whose path fits answers; the last fits every path
 * @param {import('./org').Org} org
 * @param {{ cert: Buffer, key: Buffer } | undefined} tls
 */
async function listen(endpoints, org, tls) {
  const server = tls ? https.createServer(tls) : http.createServer();

  server.on('request', async (incoming, response) => {
    const url = urlOf(incoming);
    if (!url) return send(response, text('Bad Request', 'text/html', 400));
    const { name, respond } = /** @type {Endpoint} */ (
      endpoints.find(({ path }) => path.test(url.pathname))
    );
    response.once('close', org.traffic.arrive(name));
    try {
      const body = await readText(incoming);
      const { method = 'GET', headers } = incoming;
      const whenOver = (/** @type {() => void} */ action) => void response.once('close', action);
      await send(response, respond({ method, url, headers, body, whenOver }, org));
    } catch (error) {
      // The request arrived in full, so this is a bug of the org: the test must see it.
      if (incoming.complete && !response.headersSent) response.writeHead(500).end(String(error));
    }
  });
  for (const event of ['connection', 'secureConnection']) {
    server.on(event, (/** @type {import('node:net').Socket} */ socket) => void socket.unref());
  }

  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  server.unref();
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    origin: tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve(undefined));
        server.closeAllConnections();
      }),
  };
}

/**
 * The URL of a request. A client of a proxy names the host, too.
 *
 * @param {import('node:http').IncomingMessage} incoming
 */
function urlOf({ url = '' }) {
  const whole = url.startsWith('/') ? `http://local${url}` : url;
  return URL.canParse(whole) ? new URL(whole) : undefined;
}

module.exports = { listen };
