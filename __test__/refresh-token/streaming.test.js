'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const { StreamingExtension } = require('jsforce/lib/api/streaming');
const { closeAfterTest } = require('../support/orgs');
const { streamFrom } = require('../support/streaming-org');
const { QUERY, keeper, stage } = require('./support');

const TOPIC = 'Accounts';
const CHANNEL = `/topic/${TOPIC}`;
const HEALED = { tokenRequests: 1, rotations: 1, refreshTokenReuses: 0 };

/** A Connection at an org that rotates and streams. */
async function connected() {
  const { kept, onRefreshToken } = keeper();
  const { org, config, manager } = await stage();
  const host = await streamFrom(org);
  const all = { ...config, onRefreshToken };
  const connection = await manager.getConnection(all);
  org.resetStats();
  return { org, host, manager, config: all, connection, kept };
}

/** What jsforce's documentation advises to outlive a session. */
async function listen(connection, replayId = -1) {
  const received = [];
  /** @type {object | undefined} */
  let failure;
  const replay = new StreamingExtension.Replay(CHANNEL, replayId);
  const authFailure = new StreamingExtension.AuthFailure((message) => {
    failure = message;
  });
  const client = connection.streaming.createClient([authFailure, replay]);
  // One that is refused all it asks for is at its end as well.
  closeAfterTest({ close: () => Promise.resolve(client.disconnect()).catch(() => {}) });
  await client.subscribe(CHANNEL, (message) => received.push(message));
  return {
    client,
    ids: () => received.map(({ event }) => event.replayId),
    names: () => received.map(({ sobject }) => sobject.Name),
    failure: () => failure,
  };
}

/** Waits for something that other requests bring about. */
async function until(holds) {
  const end = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`in vain: ${holds}`);
    await sleep(5);
  }
}

/** Ends the session while clients wait, so that none of them is told of what comes after. */
async function revoke({ org, host }, waiting = 1) {
  await until(() => host.waiting() === waiting);
  org.revokeAll();
}

test('a subscription continues with its own token when a new one comes while the session lives', async () => {
  const { org, host, manager, config, connection, kept } = await connected();
  const first = connection.accessToken;
  const { client, names } = await listen(connection);
  host.publish(TOPIC, { Name: 'before' });
  await until(() => names().length === 1);

  manager.clearAllConnections();
  expect((await manager.getConnection(config)).accessToken).not.toBe(first);
  host.publish(TOPIC, { Name: 'after' });
  await until(() => names().length === 2);
  await client.disconnect();

  expect(names()).toEqual(['before', 'after']);
  expect(new Set(host.messages.map(({ authorization }) => authorization))).toEqual(
    new Set([`OAuth ${first}`]),
  );
  expect(org.stats()).toMatchObject({ ...HEALED, rejected401: 0 });
  expect(kept).toHaveLength(2);
});

test('a client that the org has forgotten comes back by itself, with the token it began with', async () => {
  const { org, host, connection } = await connected();
  const { client, names } = await listen(connection, -2);
  host.forgetClients();
  const subscribed = () => host.messages.filter(({ channel }) => channel === '/meta/subscribe');
  await until(() => subscribed().length === 2);
  host.publish(TOPIC, { Name: 'after' });
  await until(() => names().length === 1);
  await client.disconnect();
  expect(org.stats()).toMatchObject({ tokenRequests: 0, rejected401: 0 });
});

describe('after a revocation', () => {
  test('a client is told, and its successor misses and repeats nothing, for one renewal', async () => {
    const at = await connected();
    const { org, host, connection, kept } = at;
    const old = await listen(connection);
    host.publish(TOPIC, { Name: 'one' });
    await until(() => old.names().length === 1);

    await revoke(at);
    host.publish(TOPIC, { Name: 'two' });
    await until(old.failure);
    expect(old.failure()).toMatchObject({ error: '401::Authentication invalid' });
    host.publish(TOPIC, { Name: 'three' });

    await connection.query(QUERY);
    const next = await listen(connection, old.ids().at(-1));
    host.publish(TOPIC, { Name: 'four' });
    await until(() => next.names().length === 3);
    await next.client.disconnect();

    expect([...old.names(), ...next.names()]).toEqual(['one', 'two', 'three', 'four']);
    expect(host.messages.at(-1).authorization).toBe(`OAuth ${connection.accessToken}`);
    expect(org.stats()).toMatchObject(HEALED);
    expect(kept).toHaveLength(2);
  });

  test('a handshake with the old token is denied, and one after a renewal is not', async () => {
    const at = await connected();
    const { org, host, connection } = at;
    const old = await listen(connection);
    await revoke(at);
    const tooEarly = connection.streaming.createClient();
    await connection.query(QUERY);
    const denied = new Promise((resolve) => {
      tooEarly.addExtension(new StreamingExtension.AuthFailure(resolve));
    });
    tooEarly.subscribe(CHANNEL, () => {});
    expect(await denied).toMatchObject({
      error: '403::Handshake denied',
      ext: { sfdc: { failureReason: '401::Authentication invalid' } },
    });

    host.publish(TOPIC, { Name: 'lost' });
    await until(old.failure);
    const next = await listen(connection);
    await next.client.disconnect();
    expect(org.stats()).toMatchObject(HEALED);
  });

  test('five clients that are told at once share one renewal', async () => {
    const at = await connected();
    const { org, host, connection } = at;
    const clients = await Promise.all(Array.from({ length: 5 }, () => listen(connection)));
    await revoke(at, 5);
    host.publish(TOPIC, { Name: 'lost' });
    const renewed = clients.map(async ({ failure }) => {
      await until(failure);
      await connection.query(QUERY);
      return listen(connection);
    });
    const next = await Promise.all(renewed);
    host.publish(TOPIC, { Name: 'after' });
    await until(() => next.every(({ names }) => names().length === 1));
    await Promise.all(next.map(({ client }) => client.disconnect()));
    expect(org.stats()).toMatchObject(HEALED);
  });

  // jsforce has one client for all topics of a Connection, with the header it was made with.
  test('topics of that Connection stay silent, and those of a fresh one do not', async () => {
    const at = await connected();
    const { org, host, manager, config, connection } = at;
    const heard = { old: [], again: [], fresh: [] };
    await connection.streaming.topic(TOPIC).subscribe(({ sobject }) => heard.old.push(sobject));
    await revoke(at);
    host.publish(TOPIC, { Name: 'lost' });
    await until(() => org.stats().rejected401 > 0);
    await connection.query(QUERY);
    connection.streaming.topic(TOPIC).subscribe(({ sobject }) => heard.again.push(sobject));

    const fresh = await manager.getConnection(config, undefined, undefined, { fresh: true });
    await fresh.streaming.topic(TOPIC).subscribe(({ sobject }) => heard.fresh.push(sobject));
    host.publish(TOPIC, { Name: 'after' });
    await until(() => heard.fresh.length === 1);
    expect(heard).toEqual({ old: [], again: [], fresh: [{ Name: 'after' }] });
    expect(org.stats()).toMatchObject(HEALED);

    // There is no other way to end a topic's client.
    await revoke(at);
    const { rejected401 } = org.stats();
    host.publish(TOPIC, { Name: 'lost' });
    await until(() => org.stats().rejected401 > rejected401);
  });
});
