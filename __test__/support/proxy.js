'use strict';

const net = require('node:net');
const { closeAfterTest } = require('./orgs');

/**
 * A proxy that every request must pass by CONNECT, and that leads all of them to one port.
 *
 * @param {{ port?: number, status?: string }} options where it leads to, or what it refuses with
 */
async function startProxy({ port, status = '502 Bad Gateway' }) {
  /** @type {string[]} the heads of all requests */
  const heads = [];
  const open = new Set();
  const server = net.createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      heads.push(bytes.toString());
      if (port === undefined) {
        socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const target = net.connect(port, '127.0.0.1');
      open.add(target);
      target.on('error', () => socket.destroy());
      socket.pipe(target).pipe(socket);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      for (const socket of open) socket.destroy();
    });
  return closeAfterTest({ port: server.address().port, heads, close });
}

module.exports = { startProxy };
