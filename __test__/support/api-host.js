'use strict';

const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');
const { closeAfterTest } = require('./orgs');
const { startTokenHost } = require('./token-host');

/**
 * A REST API that answers as it is told, beside a token endpoint that gives another token each time.
 *
 * @param {(request: http.IncomingMessage) => { status: number, headers?: object, json?: object }} answer
 * @param {{ delay?: number, tokens?: 'same' | 'new' }} [options] milliseconds before each answer of
 *   the API; which tokens the logins bring
 */
async function startApi(answer, { delay = 0, tokens = 'new' } = {}) {
  /** @type {http.IncomingMessage[]} */
  const requests = [];
  const server = http.createServer(async (request, response) => {
    requests.push(request);
    await sleep(delay);
    const { status, headers, json = {} } = answer(request);
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(JSON.stringify(json));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeAfterTest({
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
  const url = `http://127.0.0.1:${server.address().port}`;
  let logins = 0;
  const host = await startTokenHost(() => {
    logins += 1;
    return { access_token: `token-${tokens === 'new' ? logins : 0}`, instance_url: url };
  });
  return { url, requests, host, loginUrl: host.url };
}

/** What an org answers to a session that it has ended. */
const ENDED = {
  status: 401,
  json: [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }],
};

module.exports = { ENDED, startApi };
