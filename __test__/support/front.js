'use strict';

const http = require('node:http');
const { text } = require('node:stream/consumers');
const { closeAfterTest } = require('./orgs');

/**
 * A host before an org's REST API, for what the local org does not have. It is the `instance_url`
 * of tokens from now on, and closes after the test.
 *
 * A request that does not come whole within a second is answered 408. Each has its own socket, so
 * that none is lost to one that is closing.
 *
 * @param {import('../../testing').LocalOrg} org
 * @param {(request: http.IncomingMessage & { body: string }, response: http.ServerResponse)
 *   => Promise<void>} respond
 */
async function standBefore(org, respond) {
  const patience = { requestTimeout: 1000, headersTimeout: 1000, connectionsCheckingInterval: 100 };
  const server = http.createServer(patience, async (request, response) => {
    response.setHeader('Connection', 'close');
    const body = await text(request).catch(() => undefined);
    if (body !== undefined) await respond(Object.assign(request, { body }), response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeAfterTest({
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  });
  org.setInstanceUrl(`http://127.0.0.1:${server.address().port}`);
  return server;
}

/**
 * What the org answers to a request.
 *
 * @param {import('../../testing').LocalOrg} org
 */
async function pass(org, { method = 'GET', url, headers: { host, ...headers }, body }) {
  const init = { method, headers, body: body || undefined };
  const answer = await fetch(org.instanceUrl + url, init);
  const text = await answer.text();
  return { status: answer.status, type: answer.headers.get('content-type'), text };
}

function send(response, { status = 200, type = 'text/plain', text }) {
  response.writeHead(status, { 'Content-Type': type }).end(text);
}

function sendJson(response, value, status = 200) {
  send(response, { status, type: 'application/json', text: JSON.stringify(value) });
}

module.exports = { pass, send, sendJson, standBefore };
