'use strict';

// Promise 10: a freeze (SIGSTOP) is harmless.

const { setTimeout: sleep } = require('node:timers/promises');
const { freeze } = require('../support/freeze');
const { withProgram } = require('./program.js');
const { claimsOf, startTokenServer } = require('./token-server.js');

/** Programs that are frozen with a request in the air: `times` freezes of each mode in each. */
const IN_FLIGHT = { full: { programs: 5, times: 25 }, short: { programs: 2, times: 1 } };
/** The same for long freezes, in which the answer arrives. */
const LONG = { full: { programs: 10, times: 10 }, short: { programs: 2, times: 1 } };
/** Milliseconds: longer than one attempt (4 s), and longer than a call (8 s). */
const LONG_FREEZES = [4_300, 8_600];
/** Number of freezes with no request in the air. */
const IDLE = { full: 100, short: 5 };
/** Milliseconds: one attempt without an answer, then a connection and the next answer. */
const BLACK_HOLE = 4_000 + 1_500;
/** Milliseconds: two attempts and the wait between them, on a busy machine. */
const PROMPT = 2_000;

/**
 * What happens to a request while its program is frozen. The call then takes so many requests and
 * at most so many milliseconds.
 *
 * @type {Record<string, { answer: import('./token-server.js').Answer, requests: number, most: number }>}
 */
const MODES = {
  FIN: { answer: { loss: 'end' }, requests: 2, most: PROMPT },
  RST: { answer: { loss: 'reset' }, requests: 2, most: PROMPT },
  silence: { answer: { loss: 'hang' }, requests: 2, most: BLACK_HOLE },
  answer: { answer: {}, requests: 1, most: PROMPT },
};

/** Stops and continues programs by signals, as a sandbox freezes and thaws them. */
module.exports = async (scale) => {
  const { programs, times } = IN_FLIGHT[scale];
  const each = programs * times;
  const long = LONG[scale].programs * LONG[scale].times;
  const promise = 'a freeze is harmless: FIN, RST, black hole, answer meanwhile';
  const wanted = `0 failures in ${each} freezes in flight of each, a lost request sent once more with a new assertion; ≥ 99 % of ${long} answers saved in long ones; black hole ≤ ${BLACK_HOLE} ms; 0 failures in ${IDLE[scale]} idle ones`;
  if (process.platform !== 'linux') {
    return { promise, wanted, skipped: 'not on Linux' };
  }
  const [idle, saved, flights] = await Promise.all([
    freezeIdle(IDLE[scale]),
    Promise.all(
      Array.from({ length: LONG[scale].programs }, (_, index) =>
        freezeLong(LONG[scale].times, LONG_FREEZES[index % LONG_FREEZES.length]),
      ),
    ),
    Promise.all(Array.from({ length: programs }, () => freezeInFlight(times))),
  ]);
  const treated = Object.keys(MODES).map((mode) =>
    flights.reduce((sum, flight) => sum + flight.treated[mode], 0),
  );
  const failures = [...flights.flatMap((flight) => flight.failures), ...idle];
  const hole = Math.max(...flights.map((flight) => flight.hole));
  const savedShare = saved.reduce((sum, count) => sum + count, 0) / long;
  const modes = Object.keys(MODES).map((mode, index) => `${mode} ${treated[index]}`);
  return {
    promise,
    wanted,
    measured: `${failures.length} failures${failures.length > 0 ? ` (${failures})` : ''}; treated: ${modes.join(', ')}; ${(savedShare * 100).toFixed(1)} % saved; black hole ${hole.toFixed(0)} ms`,
    ok:
      failures.length === 0 &&
      treated.every((count) => count === each && count > 0) &&
      savedShare >= 0.99 &&
      hole <= BLACK_HOLE,
  };
};

/** Runs `use` with a call whose program the server freezes as soon as the request has arrived. */
async function withFreezer(answerTo, use) {
  let frozen = () => {};
  let child;
  const server = await startTokenServer(async (_, form) => {
    const answer = answerTo(form);
    if (answer === undefined) return {};
    await freeze(child.pid);
    // The answer, or the loss of the connection, goes out before the call’s time begins.
    setImmediate(() => frozen());
    return answer;
  });
  return withProgram('calls', (program) => {
    child = program.child;
    /** Makes a call that is frozen for `ms` milliseconds. Returns its outcome. */
    const call = async (ms) => {
      const stopped = new Promise((resolve) => {
        frozen = () => resolve(undefined);
      });
      await program.ask('clear');
      const asked = program.ask('token', server.config);
      // A call that ends without a request is a failure, and nothing would stop it.
      await Promise.race([stopped, asked]);
      await sleep(ms);
      child.kill('SIGCONT');
      return asked;
    };
    return use(call);
  }).finally(() => server.close());
}

/** Freezes in each mode. Returns their numbers, the failures, and the longest silent call (ms). */
async function freezeInFlight(times) {
  const treated = Object.fromEntries(Object.keys(MODES).map((mode) => [mode, 0]));
  /** @type {string[]} */
  const failures = [];
  let hole = 0;
  let mode = '';
  /** @type {string[]} the assertions of one call */
  let assertions = [];
  const answerTo = (form) => {
    assertions.push(claimsOf(form).jti);
    if (assertions.length > 1) return undefined;
    treated[mode] += 1;
    return MODES[mode].answer;
  };
  await withFreezer(answerTo, async (call) => {
    for (let time = 0; time < times; time += 1) {
      for (mode of Object.keys(MODES)) {
        assertions = [];
        const stood = 30 + Math.random() * 70;
        const { code, took } = await call(stood);
        const { requests, most } = MODES[mode];
        if (mode === 'silence') hole = Math.max(hole, took);
        if (code !== undefined) failures.push(`${mode} ${code}`);
        else if (assertions.length !== requests) {
          failures.push(`${mode} ${assertions.length} requests`);
        } else if (new Set(assertions).size !== requests) failures.push(`${mode} same assertion`);
        else if (took > most) failures.push(`${mode} ${took.toFixed(0)} ms`);
      }
    }
  });
  return { treated, failures, hole };
}

/** Freezes for `ms` while the answer arrives. Counts the answers that were saved. */
async function freezeLong(times, ms) {
  let requests = 0;
  const answerTo = () => {
    requests += 1;
    return requests === 1 ? {} : undefined;
  };
  return withFreezer(answerTo, async (call) => {
    let saved = 0;
    for (let time = 0; time < times; time += 1) {
      requests = 0;
      const { code } = await call(ms);
      if (code === undefined && requests === 1) saved += 1;
    }
    return saved;
  });
}

/** Freezes with no request in the air, with and without a cached token. Returns the failures. */
async function freezeIdle(times) {
  const server = await startTokenServer();
  return withProgram('calls', async ({ ask, child }) => {
    /** @type {string[]} */
    const failures = [];
    await ask('token', server.config);
    for (let time = 0; time < times; time += 1) {
      const isWarm = time % 2 === 0;
      if (!isWarm) await ask('clear');
      // An idle socket could be closed during the freeze: there must be none.
      for (let wait = 0; server.sockets.size > 0 && wait < 100; wait += 1) await sleep(10);
      if (server.sockets.size > 0) failures.push('idle with a socket');
      await freeze(child.pid);
      await sleep(30 + Math.random() * 70);
      child.kill('SIGCONT');
      const before = server.requests();
      const { code } = await ask('token', server.config);
      const requests = server.requests() - before;
      if (code !== undefined) failures.push(`idle ${code}`);
      else if (requests !== (isWarm ? 0 : 1)) failures.push(`idle ${requests} requests`);
    }
    return failures;
  }).finally(() => server.close());
}
