'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const { freeze } = require('../__test__/support/freeze');
const { withProgram } = require('./program.js');
const { startTokenServer } = require('./token-server.js');

const CYCLES = { full: 500, short: 12 };
/** Programs that are frozen with an exchange in the air, at once and one after the other. */
const IN_FLIGHT = { full: { programs: 10, times: 10 }, short: { programs: 3, times: 1 } };
/** Past the 4 s of one attempt, and within the 8 s of a call; and past both. */
const LONG_FREEZES = [4_300, 8_600];
/** One attempt that is never answered, a connection and the answer of the next. */
const BLACK_HOLE = 4_000 + 1_500;

/** What becomes, during the freeze, of the connections that are open. */
const PEERS = {
  FIN: (socket) => socket.end(),
  RST: (socket) => socket.resetAndDestroy(),
  silence: (socket) => {
    socket.forgotten = true;
  },
};

/** The addon is stopped and continued by signals, as a sandbox freezes and thaws it. */
module.exports = async (scale) => {
  const promise = 'a freeze is harmless: FIN, RST, black hole, answer meanwhile';
  const { programs, times } = IN_FLIGHT[scale];
  const wanted = `0 failures in ${CYCLES[scale]} freezes; ≥ 99 % of answers saved; black hole ≤ ${BLACK_HOLE} ms`;
  if (process.platform !== 'linux') {
    return { promise, wanted, skipped: 'not on Linux' };
  }
  const flights = Array.from({ length: programs }, (_, index) =>
    freezeInFlight(times, LONG_FREEZES[index % LONG_FREEZES.length]),
  );
  const [idle, hole, ...saved] = await Promise.all([
    freezeIdle(CYCLES[scale]),
    meetBlackHole(),
    ...flights,
  ]);
  const kept = saved.reduce((sum, count) => sum + count, 0) / (programs * times);
  return {
    promise,
    wanted,
    measured: `${idle.failures.length} failures${idle.failures.length > 0 ? ` (${idle.failures})` : ''}; ${(kept * 100).toFixed(1)} % of ${programs * times} answers saved; black hole ${hole.toFixed(0)} ms`,
    ok: idle.failures.length === 0 && kept >= 0.99 && hole <= BLACK_HOLE,
  };
};

/** Freezes with nothing in the air but what a client keeps open; which modes failed. */
async function freezeIdle(cycles) {
  const server = await startTokenServer((_, { socket }) =>
    /** @type {any} */ (socket).forgotten ? { loss: 'hang' } : {},
  );
  return withProgram('calls.js', async ({ ask, child }) => {
    const failures = [];
    await ask('token', server.config);
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const [mode, treat] = Object.entries(PEERS)[cycle % 3];
      await ask('clear');
      await freeze(child.pid);
      for (const socket of server.sockets) treat(socket);
      await sleep(30 + Math.random() * 70);
      child.kill('SIGCONT');
      const before = server.exchanges();
      const { code, took } = await ask('token', server.config);
      if (code !== undefined) failures.push(`${mode} ${code}`);
      else if (server.exchanges() !== before + 1) failures.push(`${mode} retried`);
      else if (took > 1_000) failures.push(`${mode} ${took.toFixed(0)} ms`);
    }
    return { failures };
  }).finally(() => server.close());
}

/** How long a call takes whose first connection is never answered. */
async function meetBlackHole() {
  const server = await startTokenServer((number) => (number === 1 ? { loss: 'hang' } : {}));
  return withProgram('calls.js', async ({ ask, child }) => {
    await freeze(child.pid);
    const asked = ask('token', server.config);
    child.kill('SIGCONT');
    const { code, took } = await asked;
    return code === undefined ? took : Infinity;
  }).finally(() => server.close());
}

/** Freezes while an exchange is in the air, which is answered meanwhile; how many were saved. */
async function freezeInFlight(times, ms) {
  let frozen = () => {};
  let child;
  const server = await startTokenServer(async () => {
    await freeze(child.pid);
    frozen();
    return {};
  });
  return withProgram('calls.js', async (program) => {
    child = program.child;
    let saved = 0;
    for (let time = 0; time < times; time += 1) {
      const before = server.exchanges();
      const stopped = new Promise((resolve) => {
        frozen = () => resolve(undefined);
      });
      await program.ask('clear');
      const asked = program.ask('token', server.config);
      await stopped;
      await sleep(ms);
      child.kill('SIGCONT');
      const { code } = await asked;
      if (code === undefined && server.exchanges() === before + 1) saved += 1;
    }
    return saved;
  }).finally(() => server.close());
}
