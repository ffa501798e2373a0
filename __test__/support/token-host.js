'use strict';

const http = require('node:http');
const { text } = require('node:stream/consumers');
const { PIECE, plant } = require('../../support/canaries');
const { closeAfterTest, startOrg } = require('./orgs');

const SECRET = ['assertion', 'access_token', 'refresh_token'];

/** What of a request or an answer must not come out. */
function plantAll(fields) {
  for (const name of SECRET) {
    const secret = fields[name];
    if (typeof secret === 'string' && secret.length >= PIECE) plant(name, secret);
  }
}

/** What the assertion of a request claims. */
function claimsOf(form) {
  const [, claims] = form.get('assertion').split('.');
  return JSON.parse(Buffer.from(claims, 'base64url').toString());
}

/** How a server gives a connection up. */
const LOSSES = { close: (socket) => socket.destroy(), reset: (socket) => socket.resetAndDestroy() };

/**
 * A bare token endpoint that keeps every form it is sent. The assertions, and the tokens it gives,
 * are secrets.
 *
 * @param {(form: URLSearchParams, body: string) => object | Promise<object>} answer the JSON of the
 *   answer, status 200; or `{ status, headers, json }`, or `{ status, headers, raw }` with bytes;
 *   or `{ loss }`, what happens to the connection instead: `'close'` or `'reset'`
 */
async function startTokenHost(answer) {
  /** @type {URLSearchParams[]} */
  const forms = [];
  const server = http.createServer(async (request, response) => {
    const body = await text(request);
    const form = new URLSearchParams(body);
    forms.push(form);
    const { status = 200, headers, raw, json, loss, ...fields } = await answer(form, body);
    if (loss !== undefined) return LOSSES[loss](request.socket);
    const said = json ?? fields;
    plantAll({ assertion: form.get('assertion'), ...said });
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(raw ?? JSON.stringify(said));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return closeAfterTest({ url: `http://127.0.0.1:${server.address().port}`, forms, close });
}

/**
 * A local org behind a token endpoint that adds `extra.fields` to each token response, such as
 * `expires_in`, which neither Salesforce nor the local org ever says.
 */
async function startOrgBehind(fields) {
  const extra = { fields };
  let org;
  const host = await startTokenHost(async (_, body) => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const asked = { method: 'POST', headers, body };
    const answer = await fetch(`${org.url}/services/oauth2/token`, asked);
    return { status: answer.status, json: { ...(await answer.json()), ...extra.fields } };
  });
  org = await startOrg({ audiences: [host.url] });
  return { org, host, extra, config: { ...org.config, instanceUrl: host.url } };
}

module.exports = { claimsOf, startOrgBehind, startTokenHost };
