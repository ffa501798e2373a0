'use strict';

const { pass, send, sendJson, standBefore } = require('./front');

const LIMITS = '/services/data/v64.0/limits';
const INVALID = '401::Authentication invalid';
const UNKNOWN = '403::Unknown client';

/**
 * Gives an org a Streaming API, which the local org has not: Bayeux over long polling, with replay.
 * A host before its REST API that asks the org whether the session lives at every message of a
 * client, and again when a poll has waited.
 *
 * @param {import('../../testing').LocalOrg} org
 */
async function streamFrom(org) {
  /** @type {{ channel: string, data: { event: { replayId: number }, sobject: object } }[]} */
  const events = [];
  /** @type {Map<string, Map<string, number>>} by client, the last event of each of its channels */
  const clients = new Map();
  /** @type {Map<string, () => void>} by client, what ends its poll */
  const polls = new Map();
  /** @type {{ channel: string, authorization: string }[]} */
  const messages = [];

  const alive = async (authorization) =>
    (await pass(org, { url: LIMITS, headers: { authorization } })).status === 200;

  const due = (clientId) => {
    const channels = clients.get(clientId);
    const found = events.filter(
      ({ channel, data }) => data.event.replayId > (channels.get(channel) ?? Infinity),
    );
    for (const { channel, data } of found) channels.set(channel, data.event.replayId);
    return found;
  };

  // A poll that comes along with other messages says that it does not want to wait.
  const poll = async ({ clientId, advice }, authorization) => {
    let found = due(clientId);
    if (found.length === 0 && advice?.timeout !== 0) {
      await new Promise((resolve) => polls.set(clientId, resolve));
      // At once, or a client that disconnects at the end of a test would wait for it for ever.
      if (!clients.has(clientId)) return [refusal(UNKNOWN, 'handshake')];
      if (!(await alive(authorization))) return [refusal(INVALID)];
      found = due(clientId);
    }
    return [...found, { successful: true, clientId, advice: { reconnect: 'retry', interval: 0 } }];
  };

  const answer = async (message, authorization) => {
    const { channel, clientId, subscription, ext } = message;
    if (!(await alive(authorization))) {
      return [channel === '/meta/handshake' ? denied() : refusal(INVALID)];
    }
    if (channel === '/meta/handshake') {
      const id = `client${clients.size + 1}`;
      clients.set(id, new Map());
      const supportedConnectionTypes = ['long-polling'];
      return [{ successful: true, clientId: id, version: '1.0', supportedConnectionTypes }];
    }
    if (!clients.has(clientId)) return [refusal(UNKNOWN, 'handshake')];
    if (channel === '/meta/connect') return poll(message, authorization);
    if (channel === '/meta/subscribe') {
      const after = ext?.replay?.[subscription] ?? -1;
      clients.get(clientId).set(subscription, after === -1 ? events.length : after);
    }
    if (channel === '/meta/disconnect') forget(clientId);
    return [{ successful: true, clientId, subscription }];
  };

  const endPoll = (clientId) => {
    polls.get(clientId)?.();
    polls.delete(clientId);
  };

  const forget = (clientId) => {
    clients.delete(clientId);
    endPoll(clientId);
  };

  await standBefore(org, async (request, response) => {
    const { url, headers, body } = request;
    if (!url.startsWith('/cometd/')) {
      const { status, text } = await pass(org, request);
      return sendJson(response, JSON.parse(text), status);
    }
    // What is no message is a client that tries for a WebSocket, which Salesforce has not.
    if (body === '') return send(response, { status: 400, text: '' });
    const replies = [];
    for (const message of [JSON.parse(body)].flat()) {
      const { channel, id } = message;
      messages.push({ channel, authorization: headers.authorization });
      for (const reply of await answer(message, headers.authorization)) {
        replies.push(reply.data ? reply : { channel, id, ...reply });
      }
    }
    sendJson(response, replies);
  });

  return {
    messages,
    /** How many clients wait for an event. */
    waiting: () => polls.size,
    /** Tells subscribers of a topic of a record. */
    publish(topic, sobject) {
      const event = { replayId: events.length + 1, type: 'created' };
      events.push({ channel: `/topic/${topic}`, data: { event, sobject } });
      for (const clientId of [...polls.keys()]) endPoll(clientId);
    },
    /** Forgets all clients, as after hours without events or a restart. */
    forgetClients() {
      for (const clientId of [...clients.keys()]) forget(clientId);
    },
  };
}

const refusal = (error, reconnect = 'none') => ({
  successful: false,
  error,
  advice: { reconnect, interval: 0 },
});

const denied = () => ({
  ...refusal('403::Handshake denied'),
  ext: { sfdc: { failureReason: INVALID } },
});

module.exports = { streamFrom };
