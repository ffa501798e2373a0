'use strict';

const { fork } = require('node:child_process');
const { join } = require('node:path');
const { plainEnvironment } = require('../support/plain-environment');

const HOST = join(__dirname, 'program-host.js');

/**
 * Starts a file of `programs/` in a process of its own, which does what it is asked.
 *
 * @param {string} name
 * @param {{ env?: NodeJS.ProcessEnv, args?: string[], under?: string[] }} [options] Node.js's own
 *   arguments; the command and its arguments that run Node.js
 */
function startProgram(name, { env = {}, args = [], under = [] } = {}) {
  const [execPath, ...execArgv] = [...under, process.execPath, ...args];
  const child = fork(HOST, [join(__dirname, 'programs', name)], {
    env: { ...plainEnvironment(), ...env },
    execPath,
    execArgv,
  });
  const waiting = new Map();
  child.on('message', ({ id, result, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(result);
    else reject(new Error(error));
  });
  /** @type {Promise<{ code: number | null, signal: string | null }>} */
  const ended = new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  ended.then(({ code, signal }) => {
    for (const { reject } of waiting.values()) reject(new Error(`${name}: ${signal ?? code}`));
  });
  let id = 0;
  return {
    child,
    ended,
    /**
     * @param {string} action one of those the program exports
     * @param {unknown} [argument]
     * @returns {Promise<any>}
     */
    ask(action, argument) {
      id += 1;
      child.send({ id, action, argument });
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    },
    /** Lets the program end by itself. */
    end() {
      if (child.connected) child.disconnect();
      return ended;
    },
  };
}

/**
 * Runs `use` with a program, which is gone afterwards.
 *
 * @template T
 * @param {string} name
 * @param {(program: ReturnType<typeof startProgram>) => Promise<T>} use
 * @param {Parameters<typeof startProgram>[1]} [options]
 */
async function withProgram(name, use, options) {
  const program = startProgram(name, options);
  try {
    return await use(program);
  } finally {
    program.child.kill('SIGKILL');
  }
}

module.exports = { startProgram, withProgram };
