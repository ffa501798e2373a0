'use strict';

// A token endpoint that costs next to nothing, in a process of its own: it looks at no signature,
// answers at once or after 50 ms, and counts.

const { fork } = require('node:child_process');
const { once } = require('node:events');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const TLS = join(__dirname, '../testing/tls');
const ASSERTION = /(^|&)assertion=[\w-]+\.[\w-]+\.[\w-]+(&|$)/;
const ACCESS_TOKEN = `00D000000000001EAA!${'A'.repeat(93)}`;

let requests = 0;

/**
 * @typedef {object} AuthorizationServer
 * @property {{ http: string, https: string, slow: string }} origins `slow` is http after 50 ms
 * @property {() => Promise<number>} countRequests since it was asked last
 * @property {() => void} close
 */

/** @returns {Promise<AuthorizationServer>} */
async function startAuthorizationServer() {
  const child = fork(__filename);
  const [origins] = await once(child, 'message');
  return {
    origins,
    async countRequests() {
      child.send('count');
      const [count] = await once(child, 'message');
      return count;
    },
    close: () => child.disconnect(),
  };
}

/** What the child process does, until its parent lets go. */
async function serve() {
  const tls = {
    cert: readFileSync(join(TLS, 'localhost.pem')),
    key: readFileSync(join(TLS, 'localhost-key.pem')),
  };
  process.on('message', () => {
    process.send(requests);
    requests = 0;
  });
  process.on('disconnect', () => process.exit());
  process.send({
    http: await listen('http', {}, 0),
    https: await listen('https', tls, 0),
    slow: await listen('http', {}, 50),
  });
}

/**
 * @param {'http' | 'https'} scheme
 * @param {object} options
 * @param {number} delay in milliseconds
 */
async function listen(scheme, options, delay) {
  const server = require(`node:${scheme}`).createServer(options, (request, response) => {
    requests += 1;
    let body = '';
    request.setEncoding('utf8').on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      if (delay > 0) setTimeout(answer, delay, response, body, origin);
      else answer(response, body, origin);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `${scheme}://127.0.0.1:${server.address().port}`;
  return origin;
}

function answer(response, body, origin) {
  response.writeHead(ASSERTION.test(body) ? 200 : 400, { 'Content-Type': 'application/json' });
  response.end(
    JSON.stringify({
      access_token: ACCESS_TOKEN,
      scope: 'api',
      instance_url: origin,
      id: `${origin}/id/00D000000000001EAA/005000000000001AAA`,
      token_type: 'Bearer',
    }),
  );
}

module.exports = { startAuthorizationServer };

if (require.main === module) serve();
