'use strict';

// Hosts that fail before an HTTP request reaches them. A local org cannot do that.

const { once } = require('node:events');
const net = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');

/** A host that is reached through a proxy only. */
const ELSEWHERE = 'https://acme.my.salesforce.com';
/** Milliseconds after which a connection on this machine counts as not accepted. */
const PATIENCE = 300;
/** Connections that a system may accept for a program that accepts none. */
const MOST_TAKEN = 200;

/** @param {net.Server} server */
async function listen(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  return /** @type {net.AddressInfo} */ (server.address()).port;
}

/** A port that was free a moment ago. */
async function closedPort() {
  const server = net.createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return { url: `http://127.0.0.1:${port}`, close: () => {} };
}

/** A listener that accepts nothing and whose queue is full: no connection to it succeeds. */
async function fullBacklog() {
  const program = `
    const { parentPort } = require('node:worker_threads');
    const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const worker = new Worker(program, { eval: true });
  const [port] = await once(worker, 'message');
  /** @type {net.Socket[]} */
  const filling = [];
  const close = async () => {
    for (const socket of filling) socket.destroy();
    await worker.terminate();
  };
  for (let taken = true; taken; ) {
    const socket = net.connect(port, '127.0.0.1').on('error', () => {});
    filling.push(socket);
    taken = await Promise.race([once(socket, 'connect').then(() => true), sleep(PATIENCE, false)]);
    if (filling.length > MOST_TAKEN) {
      await close();
      throw new Error('The system accepts every connection');
    }
  }
  return { url: `http://127.0.0.1:${port}`, close };
}

/** A server that answers the first data of each connection with these bytes. */
async function answering(bytes) {
  /** @type {Set<net.Socket>} */
  const open = new Set();
  const server = net.createServer((socket) => {
    open.add(socket.on('error', () => {}));
    socket.once('close', () => open.delete(socket));
    socket.once('data', () => socket.end(bytes));
  });
  const port = await listen(server);
  const close = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { port, close };
}

/** An https URL of a server that speaks no TLS. */
async function plainText() {
  const { port, close } = await answering('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
  return { url: `https://127.0.0.1:${port}`, close };
}

/** A host behind a proxy that wants a password, and the environment that names the proxy. */
async function strictProxy() {
  const refusal = 'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n';
  const { port, close } = await answering(refusal);
  return { url: ELSEWHERE, close, env: { HTTPS_PROXY: `http://127.0.0.1:${port}` } };
}

/**
 * @typedef {object} DeadHost
 * @property {string} kind
 * @property {string} url
 * @property {NodeJS.ProcessEnv} [env] for the calling program; does not affect other hosts
 * @property {() => unknown} close
 */

/** @returns {Promise<DeadHost[]>} one of each kind that this system can have */
async function startDeadHosts() {
  const kinds = {
    'closed-port': closedPort,
    // Other systems refuse a connection that does not fit into the queue, or have a longer queue.
    ...(process.platform === 'linux' && { 'full-backlog': fullBacklog }),
    'plain-text': plainText,
    'proxy-407': strictProxy,
  };
  return Promise.all(
    Object.entries(kinds).map(async ([kind, start]) => ({ kind, ...(await start()) })),
  );
}

module.exports = { startDeadHosts };
