'use strict';

const http = require('node:http');
const https = require('node:https');
const { text: readText } = require('node:stream/consumers');
const { send } = require('./answer');

/**
 * @typedef {object} Request
 * @property {string} method
 * @property {URL} url
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {string} body
 * @property {(action: () => void) => void} whenOver once it is answered, or its connection lost
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
 * Serves the endpoints on a free port of the loopback interface.
 *
 * @param {Endpoint[]} endpoints the last one takes every path
 * @param {import('./org').Org} org
 * @param {{ cert: Buffer, key: Buffer } | undefined} tls
 */
async function listen(endpoints, org, tls) {
  const server = tls ? https.createServer(tls) : http.createServer();

  server.on('request', async (incoming, response) => {
    const url = new URL(`http://local${incoming.url}`);
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
      // Unless the client went away, the org has a bug that the test should hear of.
      if (incoming.complete) response.writeHead(500).end(String(error));
    }
  });

  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
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

module.exports = { listen };
